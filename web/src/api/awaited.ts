// Routes that are agreed on and that docs/api/openapi.yaml does not have yet. Where it does, the generated type counts.
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
type Page = { cursor?: string; limit?: number };

export interface AwaitedPaths {
  "/v1/admin/audit": { get: Get<{ events: AuditEvent[]; next?: string }, { type?: string; subject?: string; actor?: string; after?: string } & Page> };
  "/v1/admin/errors/{id}": { get: At<Id, Get<Record<string, unknown>>> };
  "/v1/admin/security-events": { get: Get<{ events: AuditEvent[]; next?: string }, Page> };
}
