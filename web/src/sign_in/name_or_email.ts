// What signs in, from the one field there is for it: only an address has an at sign.
export function nameOrEmail(text: string): { username: string } | { email: string } {
  const trimmed = text.trim();
  return trimmed.includes("@") ? { email: trimmed } : { username: trimmed };
}
