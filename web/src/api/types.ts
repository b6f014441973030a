import type { components } from "./schema";

// The documented schemas that several pages use, by shorter names.
type Schemas = components["schemas"];
export type ErrorReport = Schemas["ErrorReport"];
export type AuditEvent = Schemas["AuditEvent"];
export type AuditPage = Schemas["AuditPage"];
export type Factor = Schemas["Factor"];
export type SecondFactor = Schemas["PendingSignIn"];
