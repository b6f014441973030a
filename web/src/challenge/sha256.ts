// SHA-256 (FIPS 180-4) at once: for a proof of work crypto.subtle, which answers each hash with a promise, is ten times
// slower. For nothing that is secret.
const k = new Uint32Array(64);
const start = new Uint32Array(8);

// The first 32 bits of the fractions of cube and square roots of the first primes.
(function makeConstants() {
  const fraction = (x: number) => (x - Math.floor(x)) * 0x1_0000_0000;
  for (let n = 2, count = 0; count < 64; n++) {
    let prime = true;
    for (let d = 2; d * d <= n; d++) if (n % d === 0) prime = false;
    if (!prime) continue;
    if (count < 8) start[count] = fraction(Math.sqrt(n));
    k[count++] = fraction(Math.cbrt(n));
  }
})();

const words = new Uint32Array(64);

function compress(state: Uint32Array, block: Uint8Array, at: number): void {
  const w = words;
  for (let i = 0; i < 16; i++) {
    const b = at + i * 4;
    w[i] = (block[b]! << 24) | (block[b + 1]! << 16) | (block[b + 2]! << 8) | block[b + 3]!;
  }
  for (let i = 16; i < 64; i++) {
    const x = w[i - 15]!;
    const y = w[i - 2]!;
    const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
    const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
    w[i] = w[i - 16]! + s0 + w[i - 7]! + s1;
  }
  let [a, b, c, d, e, f, g, h] = state as unknown as [number, number, number, number, number, number, number, number];
  for (let i = 0; i < 64; i++) {
    const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + k[i]! + w[i]!) | 0;
    const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + t1) | 0;
    d = c;
    c = b;
    b = a;
    a = (t1 + t2) | 0;
  }
  [a, b, c, d, e, f, g, h].forEach((value, i) => (state[i] = state[i]! + value));
}

export function sha256Hex(message: Uint8Array): string {
  const length = message.length;
  const padded = new Uint8Array(((length + 8) >> 6) * 64 + 64);
  padded.set(message);
  padded[length] = 0x80;
  new DataView(padded.buffer).setUint32(padded.length - 4, length * 8);
  const state = start.slice();
  for (let at = 0; at < padded.length; at += 64) compress(state, padded, at);
  return Array.from(state, (word) => word.toString(16).padStart(8, "0")).join("");
}
