import { createHmac, createPublicKey, generateKeyPairSync, sign, type JsonWebKey, type KeyObject } from "node:crypto";

export type Members = Record<string, unknown>;

export function encode(value: string | Buffer | Members): string {
  const bytes = typeof value === "string" || Buffer.isBuffer(value) ? value : JSON.stringify(value);
  return Buffer.from(bytes as string).toString("base64url");
}
export function decode(token: string): { header: Members; claims: Members; signature: Buffer } {
  const [header, claims, signature] = token.split(".") as [string, string, string];
  const json = (part: string) => JSON.parse(Buffer.from(part, "base64url").toString()) as Members;
  return { header: json(header), claims: json(claims), signature: Buffer.from(signature, "base64url") };
}

export function attackerKey(): { privateKey: KeyObject; jwk: Members } {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return { privateKey, jwk: publicKey.export({ format: "jwk" }) as Members };
}

export function signEs256(key: KeyObject, header: Members | string, claims: Members | string): string {
  const input = `${encode(header)}.${encode(claims)}`;
  return `${input}.${sign("sha256", Buffer.from(input), { key, dsaEncoding: "ieee-p1363" }).toString("base64url")}`;
}
export function signHs256(secret: string | Buffer, header: Members, claims: Members): string {
  const input = `${encode(header)}.${encode(claims)}`;
  return `${input}.${createHmac("sha256", secret).update(input).digest("base64url")}`;
}

// Every form in which a published key has been mistaken for a shared secret.
export function publicKeyBytes(jwk: Members): Record<string, string | Buffer> {
  const key = createPublicKey({ key: jwk as JsonWebKey, format: "jwk" });
  const pem = key.export({ type: "spki", format: "pem" }) as string;
  return {
    "PEM": pem,
    "PEM without the last line end": pem.trimEnd(),
    "DER": key.export({ type: "spki", format: "der" }),
    "JWK": JSON.stringify(jwk),
    "x": Buffer.from(String(jwk["x"]), "base64url"),
  };
}
