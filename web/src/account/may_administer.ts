// What /v1/me says of the caller's permissions. Only for what is shown: each route asks again by itself.
export function mayAdminister(me: { permissions?: string[] } | null): boolean {
  return me?.permissions?.some((permission) => permission === "*:*" || permission.startsWith("account:")) ?? false;
}
