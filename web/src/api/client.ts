import { nextLink } from "./next_link";
import { failureOf, noConnection } from "./problem";
import type { paths as DocumentedPaths } from "./schema";
import { proofUnderWay, refreshTokens, sessionEnded, stepUp } from "./session";

// The HTTP interface, typed by docs/api/openapi.yaml. Tokens are in HttpOnly cookies: nothing here ever sees one, and
// neither could a script that does not belong here.
type Methods = "get" | "post" | "put" | "patch" | "delete";
type Documented<P extends keyof DocumentedPaths> = { [M in Methods as DocumentedPaths[P][M] extends object ? M : never]: DocumentedPaths[P][M] };
type paths = { [P in keyof DocumentedPaths]: Documented<P> };
type Method = "get" | "post" | "put" | "patch" | "delete";
type WithMethod<M extends Method> = { [P in keyof paths]: paths[P] extends { [K in M]: object } ? P : never }[keyof paths];
type Operation<P extends keyof paths, M extends Method> = paths[P] extends { [K in M]: infer O } ? O : never;

type PathValues<O> = O extends { parameters: { path: infer V } } ? { path: V } : unknown;
type QueryValues<O> = O extends { parameters: { query?: infer V } } ? ([V] extends [undefined] ? unknown : { query?: V }) : unknown;
type BodyValue<O> = O extends { requestBody: { content: { "application/json": infer V } } }
  ? { body: V }
  : O extends { requestBody?: { content: { "application/json": infer V } } }
    ? { body?: V }
    : unknown;
export interface CallOptions {
  anonymous?: boolean; // before the sign-in: a 401 is an answer, not the end of a session
}
type Input<O> = PathValues<O> & QueryValues<O> & BodyValue<O> & CallOptions;

type Content<R> = R extends { content: { "application/json": infer V } } ? V : undefined;
type Answers<O> = O extends { responses: infer R } ? R : never;
type Output<O> = { [S in keyof Answers<O>]: S extends 200 | 201 | 202 | 204 ? Content<Answers<O>[S]> : never }[keyof Answers<O>];

interface RawInput extends CallOptions {
  path?: Record<string, string>;
  query?: Record<string, string | number | undefined>;
  body?: unknown;
}

function urlOf(pattern: string, input: RawInput): string {
  const path = pattern.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(input.path?.[name] ?? ""));
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(input.query ?? {})) {
    if (value !== undefined && value !== "") query.set(name, String(value));
  }
  return query.size > 0 ? `${path}?${query}` : path;
}

async function send(method: Method, url: string, body: unknown): Promise<Response> {
  const init: RequestInit = { method: method.toUpperCase(), credentials: "same-origin", cache: "no-store" };
  if (body !== undefined) {
    init.headers = { "Content-Type": "application/json" };
    init.body = JSON.stringify(body);
  }
  try {
    return await fetch(url, init);
  } catch {
    throw noConnection();
  }
}

// The answer, after at most one refresh and one step-up. Throws ApiFailure.
async function answerTo(method: Method, pattern: string, input: RawInput): Promise<Response> {
  const url = urlOf(pattern, input);
  let response = await send(method, url, input.body);
  if (response.status !== 401 || input.anonymous) return response;
  const challenge = () => response.headers.get("WWW-Authenticate") ?? "";
  const isRefused = () => response.status === 401 && challenge().includes("insufficient_user_authentication");
  if (!isRefused()) {
    if (!(await refreshTokens())) return sessionEnded();
    response = await send(method, url, input.body);
  }
  // The proof that another request asks for may do for this one; if not, this one asks for more.
  if (isRefused() && (await proofUnderWay())) response = await send(method, url, input.body);
  if (isRefused()) {
    await stepUp(challenge());
    response = await send(method, url, input.body);
  }
  return response;
}

async function call(method: Method, pattern: string, input: RawInput = {}): Promise<unknown> {
  const response = await answerTo(method, pattern, input);
  if (!response.ok) throw await failureOf(response);
  return response.headers.get("Content-Type")?.includes("json") ? await response.json() : undefined;
}

// A text that comes in pieces, each with a Link to the next (RFC 8288). As blobs, which the browser keeps outside of the
// page and lays on disk when they grow: what is to become a file may be larger than what a page may hold.
export async function piecesOf(path: WithMethod<"get">, query: Record<string, string> = {}): Promise<Blob[]> {
  const pieces: Blob[] = [];
  for (let next: string | undefined = urlOf(path, { query }); next !== undefined; ) {
    const response = await answerTo("get", next, {});
    if (!response.ok) throw await failureOf(response);
    pieces.push(await response.blob());
    next = nextLink(response.headers.get("Link"), path);
  }
  return pieces;
}

function caller<M extends Method>(method: M) {
  return <P extends WithMethod<M>>(
    pattern: P,
    ...input: Record<string, never> extends Input<Operation<P, M>> ? [Input<Operation<P, M>>?] : [Input<Operation<P, M>>]
  ): Promise<Output<Operation<P, M>>> =>
    call(method, pattern, input[0] as RawInput | undefined) as Promise<Output<Operation<P, M>>>;
}

export const api = {
  get: caller("get"),
  post: caller("post"),
  put: caller("put"),
  patch: caller("patch"),
  delete: caller("delete"),
};
