import { api } from "../api/client";

const id = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

// The id of the account that somebody means by the id itself or, where they may read accounts, by a username or an e-mail
// address.
export async function accountOf(typed: string, byName: boolean): Promise<string | undefined> {
  const text = typed.toLowerCase().normalize();
  if (id.test(text)) return text;
  if (!byName) return undefined;
  const { accounts } = text.includes("@")
    ? await api.post("/v1/admin/accounts/search", { body: { email: typed } })
    : await api.get("/v1/admin/accounts", { query: { username_prefix: text, limit: 1 } });
  return accounts.find((account) => text.includes("@") || account.username.toLowerCase() === text)?.id;
}
