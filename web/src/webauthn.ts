import type { components } from "./api/schema";
import { decodeBase64Url, encodeBase64Url } from "./base64url";

// Passkeys (WebAuthn level 2). The server speaks the JSON forms of level 3 (section 5.1.8 and 5.1.9), the browser bytes.
type Assertion = components["schemas"]["Assertion"];
type NewCredential = components["schemas"]["NewCredential"];
type Descriptor = { id: string; type: "public-key"; transports?: AuthenticatorTransport[] };
interface OptionsJson {
  challenge: string;
  allowCredentials?: Descriptor[];
  excludeCredentials?: Descriptor[];
  user?: { id: string; name: string; displayName: string };
}

export const hasPasskeys = typeof PublicKeyCredential === "function";

export async function hasAutofill(): Promise<boolean> {
  return hasPasskeys && ((await PublicKeyCredential.isConditionalMediationAvailable?.()) ?? false);
}

function descriptors(list: Descriptor[] = []): PublicKeyCredentialDescriptor[] {
  return list.map((one) => ({ ...one, id: decodeBase64Url(one.id) }));
}

// Throws PasskeyCancelled when the person, or the browser, gave up.
export class PasskeyCancelled extends Error {}

async function orCancelled(wanted: Promise<Credential | null>): Promise<PublicKeyCredential> {
  try {
    const credential = await wanted;
    if (credential !== null) return credential as PublicKeyCredential;
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
  }
  throw new PasskeyCancelled();
}

export async function getPasskey(publicKey: unknown, options: { autofill?: boolean; signal?: AbortSignal } = {}): Promise<Assertion> {
  const json = publicKey as OptionsJson;
  const request = { ...json, challenge: decodeBase64Url(json.challenge), allowCredentials: descriptors(json.allowCredentials) };
  const credential = await orCancelled(
    navigator.credentials.get({
      publicKey: request,
      ...(options.autofill ? { mediation: "conditional" as const } : {}),
      ...(options.signal ? { signal: options.signal } : {}),
    }),
  );
  const response = credential.response as AuthenticatorAssertionResponse;
  return {
    ...formOf(credential),
    response: {
      clientDataJSON: encodeBase64Url(response.clientDataJSON),
      authenticatorData: encodeBase64Url(response.authenticatorData),
      signature: encodeBase64Url(response.signature),
      ...(response.userHandle ? { userHandle: encodeBase64Url(response.userHandle) } : {}),
    },
  };
}

export async function makePasskey(publicKey: unknown): Promise<NewCredential> {
  const json = publicKey as OptionsJson & PublicKeyCredentialCreationOptions;
  const request: PublicKeyCredentialCreationOptions = {
    ...(json as unknown as PublicKeyCredentialCreationOptions),
    challenge: decodeBase64Url(json.challenge as unknown as string),
    excludeCredentials: descriptors(json.excludeCredentials as unknown as Descriptor[]),
    user: { ...json.user, id: decodeBase64Url(json.user.id as unknown as string) },
  };
  const credential = await orCancelled(navigator.credentials.create({ publicKey: request }));
  const response = credential.response as AuthenticatorAttestationResponse;
  return {
    ...formOf(credential),
    response: {
      clientDataJSON: encodeBase64Url(response.clientDataJSON),
      attestationObject: encodeBase64Url(response.attestationObject),
      transports: response.getTransports?.() ?? [],
    },
  };
}

function formOf(credential: PublicKeyCredential) {
  return {
    id: credential.id,
    rawId: encodeBase64Url(credential.rawId),
    type: "public-key" as const,
    authenticatorAttachment: credential.authenticatorAttachment ?? undefined,
    clientExtensionResults: credential.getClientExtensionResults(),
  };
}
