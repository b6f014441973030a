#include "identity/proof/unproven_email_store.hpp"

namespace gatehouse::identity {

using db::Blob;

void UnprovenEmailStore::add(db::Transaction& tx, contract::AccountId account, std::string_view email_index,
                             base::TimePoint now) const {
  tx.execute("INSERT INTO unproven_email (account_id, email_index, created_at) VALUES ($1, $2, $3)",
             {Blob{account.bytes()}, Blob{email_index}, base::to_unix_ms(now)});
}

std::optional<std::string> UnprovenEmailStore::find(db::Transaction& tx, contract::AccountId account) const {
  return tx.query_one("SELECT email_index FROM unproven_email WHERE account_id = $1", {Blob{account.bytes()}},
                      [](const db::Row& row) { return row.blob(0); });
}

std::optional<contract::AccountId> UnprovenEmailStore::newest_with(db::Transaction& tx,
                                                                   std::string_view email_index) const {
  return tx.query_one(
      "SELECT account_id FROM unproven_email WHERE email_index = $1 ORDER BY created_at DESC, account_id DESC LIMIT 1",
      {Blob{email_index}}, [](const db::Row& row) { return contract::AccountId::from_bytes(row.blob(0)).value(); });
}

bool UnprovenEmailStore::remove(db::Transaction& tx, contract::AccountId account) const {
  return tx.execute("DELETE FROM unproven_email WHERE account_id = $1", {Blob{account.bytes()}}) == 1;
}

}  // namespace gatehouse::identity
