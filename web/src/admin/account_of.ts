import { api } from "../api/client";

const id = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

// The id of the account that somebody means by a username, an e-mail address or the id itself.
export async function accountOf(typed: string): Promise<string | undefined> {
  const text = typed.toLowerCase();
  if (id.test(text)) return text;
  const { accounts } = text.includes("@")
    ? await api.post("/v1/admin/accounts/search", { body: { email: typed } })
    : await api.get("/v1/admin/accounts", { query: { username_prefix: typed, limit: 1 } });
  return accounts.find((account) => text.includes("@") || account.username.toLowerCase() === text)?.id;
}
