// Routes that are agreed on and that docs/api/openapi.yaml does not have yet. Where it does, the generated type counts.
interface Op<Body, Answer, Query = undefined> {
  parameters: { query?: Query };
  requestBody: { content: { "application/json": Body } };
  responses: { 200: { content: { "application/json": Answer } } };
}
interface Get<Answer, Query = undefined> {
  parameters: { query?: Query };
  responses: { 200: { content: { "application/json": Answer } } };
}
type At<Path, O> = Omit<O, "parameters"> & { parameters: (O extends { parameters: infer P } ? P : unknown) & { path: Path } };
type Id = { id: string };

export interface AuditEvent {
  id: string;
  seq: number;
  time: string;
  type: string;
  actor?: string;
  subject?: string;
  fields: Record<string, string>;
}
export interface SigningKey {
  kid: string;
  algorithm: string;
  state: string;
  created_at: string;
}
export interface Overview {
  accounts: number;
  sessions: number;
  blocked_addresses: number;
  buckets: { time: string; signed_in: number; failed: number; blocked: number; p50_ms: number; p99_ms: number }[];
}
type Page = { cursor?: string; limit?: number };

export interface AwaitedPaths {
  "/v1/admin/accounts": { post: Op<{ username: string; email: string; password: string; roles: string[] }, unknown> };
  "/v1/admin/roles": { get: Get<{ roles: Record<string, string[]> }>; put: Op<{ roles: Record<string, string[]> }, unknown> };
  "/v1/admin/audit": { get: Get<{ events: AuditEvent[]; next?: string }, { type?: string; subject?: string; actor?: string; after?: string } & Page> };
  "/v1/admin/errors/{id}": { get: At<Id, Get<Record<string, unknown>>> };
  "/v1/admin/security-events": { get: Get<{ events: AuditEvent[]; next?: string }, Page> };
  "/v1/admin/overview": { get: Get<Overview> };
  "/v1/admin/keys": { get: Get<{ keys: SigningKey[] }> };
  "/v1/admin/keys/rotate": { post: Get<{ keys: SigningKey[] }> };
}
