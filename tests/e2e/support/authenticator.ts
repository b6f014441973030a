import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from "node:crypto";

export interface Ceremony {
  origin: string;
  relyingParty: string;
  type?: string;
  crossOrigin?: boolean;
  userVerified?: boolean;
}

const sha256 = (data: string | Buffer) => createHash("sha256").update(data).digest();
const encode = (bytes: Buffer) => bytes.toString("base64url");

// CBOR: a head and what follows, as far as one credential needs it.
function head(type: number, length: number): Buffer {
  if (length < 24) return Buffer.from([(type << 5) | length]);
  return length < 256 ? Buffer.from([(type << 5) | 24, length]) : Buffer.from([(type << 5) | 25, length >> 8, length & 255]);
}
const bytes = (value: Buffer) => Buffer.concat([head(2, value.length), value]);
const text = (value: string) => Buffer.concat([head(3, value.length), Buffer.from(value)]);

// A WebAuthn authenticator (ES256) and the browser in front of it, in software. What it signs is really signed.
export class Authenticator {
  readonly id = randomBytes(32);
  private readonly key: KeyObject;
  private readonly cose: Buffer;
  private counter = 0;

  constructor() {
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    this.key = privateKey;
    const { x, y } = publicKey.export({ format: "jwk" });
    const point = (value: string) => bytes(Buffer.from(value, "base64url"));
    this.cose = Buffer.concat([Buffer.from([0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21]), point(x!), Buffer.from([0x22]), point(y!)]);
  }

  // As toJSON() of what navigator.credentials.create() gives.
  create(options: { challenge: string }, ceremony: Ceremony): object {
    const data = Buffer.concat([this.data(ceremony, 0x40), Buffer.alloc(16), Buffer.from([0, 32]), this.id, this.cose]);
    const attestation = [head(5, 3), text("fmt"), text("none"), text("attStmt"), head(5, 0), text("authData"), bytes(data)];
    return this.credential(options.challenge, "webauthn.create", ceremony, () => ({
      attestationObject: encode(Buffer.concat(attestation)),
      transports: ["internal"],
    }));
  }

  // And of navigator.credentials.get(). `userHandle`: who it says it belongs to.
  get(options: { challenge: string }, ceremony: Ceremony, userHandle?: string): object {
    this.counter++;
    const data = this.data(ceremony, 0);
    return this.credential(options.challenge, "webauthn.get", ceremony, (client) => ({
      authenticatorData: encode(data),
      signature: encode(sign("sha256", Buffer.concat([data, sha256(client)]), this.key)),
      userHandle: userHandle ?? null,
    }));
  }

  private data(ceremony: Ceremony, flags: number): Buffer {
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(this.counter);
    const verified = (ceremony.userVerified ?? true) ? 4 : 0;
    return Buffer.concat([sha256(ceremony.relyingParty), Buffer.from([1 | verified | flags]), counter]);
  }

  private credential(challenge: string, type: string, ceremony: Ceremony, answer: (client: Buffer) => object): object {
    const { origin, crossOrigin = false } = ceremony;
    const client = Buffer.from(JSON.stringify({ type: ceremony.type ?? type, challenge, origin, crossOrigin }));
    const response = { clientDataJSON: encode(client), ...answer(client) };
    return { id: encode(this.id), rawId: encode(this.id), type: "public-key", response, clientExtensionResults: {} };
  }
}
