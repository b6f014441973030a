interface Permission {
  resource: string;
  action: string;
  any: boolean; // reaches beyond what is the caller's own
}

function parse(text: string): Permission {
  const [resource = "", action = "", reach] = text.split(":");
  return { resource, action, any: reach !== "own" };
}

// Whether one of the granted permissions covers the wanted one, as src/contract/permission.cpp has it. Only for what is
// shown: each route asks again by itself.
export function permits(granted: readonly string[], wanted: string): boolean {
  const need = parse(wanted);
  return granted.map(parse).some(
    (held) => (held.resource === "*" || held.resource === need.resource) && (held.action === "*" || held.action === need.action) && (held.any || !need.any),
  );
}

export function permitsAny(granted: readonly string[], wanted: readonly string[]): boolean {
  return wanted.some((each) => permits(granted, each));
}

// What reading any account asks for.
export const readsAccounts = ["account:read", "account:manage"];

// What any page of the administration needs.
export const administration = ["account:read", "account:manage", "role:read", "role:manage", "key:read", "key:manage", "overview:read", "audit:read", "security:read", "mail:manage", "webhook:manage"];

export function mayAdminister(granted: readonly string[] | undefined): boolean {
  return granted !== undefined && permitsAny(granted, administration);
}
