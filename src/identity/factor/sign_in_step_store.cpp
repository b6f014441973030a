#include "identity/factor/sign_in_step_store.hpp"

#include "crypto/mac.hpp"
#include "platform/base/encoding.hpp"

namespace gatehouse::identity {

using db::Blob;

std::string standing_digest(const AccountRecord& account) {
  return crypto::sha256(base::encode_u64(static_cast<unsigned long long>(account.epoch)) + account.password_hash);
}

void SignInStepStore::insert(db::Transaction& tx, const SignInStep& step) const {
  tx.execute("INSERT INTO sign_in_step (id, account_id, proven, failures, expires_at) VALUES ($1, $2, $3, 0, $4)",
             {Blob{step.id}, Blob{step.account.bytes()}, Blob{step.proven}, base::to_unix_ms(step.expires_at)});
}

std::optional<SignInStep> SignInStepStore::find(db::Transaction& tx, std::string_view id, base::TimePoint now) const {
  return tx.query_one("SELECT account_id, proven, expires_at FROM sign_in_step WHERE id = $1 AND expires_at > $2",
                      {Blob{id}, base::to_unix_ms(now)}, [&](const db::Row& row) {
                        return SignInStep{.id = std::string(id),
                                          .account = contract::AccountId::from_bytes(row.blob(0)).value(),
                                          .proven = row.blob(1),
                                          .expires_at = base::from_unix_ms(row.integer(2))};
                      });
}

void SignInStepStore::count_failure(db::Transaction& tx, std::string_view id) const {
  tx.execute("UPDATE sign_in_step SET failures = failures + 1 WHERE id = $1", {Blob{id}});
  tx.execute("DELETE FROM sign_in_step WHERE id = $1 AND failures >= $2", {Blob{id}, std::int64_t{kMaxFailures}});
}

bool SignInStepStore::finish(db::Transaction& tx, std::string_view id) const {
  return tx.execute("DELETE FROM sign_in_step WHERE id = $1", {Blob{id}}) == 1;
}

bool SignInStepStore::spend(db::Transaction& tx, std::string_view id, base::TimePoint expires_at) const {
  try {
    tx.execute("INSERT INTO spent_ticket (id, expires_at) VALUES ($1, $2)", {Blob{id}, base::to_unix_ms(expires_at)});
  } catch (const db::UniqueViolation&) {
    return false;
  }
  return true;
}

std::size_t SignInStepStore::sweep(db::Transaction& tx, base::TimePoint now, std::size_t limit) const {
  if (!tx.try_lock("sign-in step sweep")) return 0;
  const auto most = static_cast<std::int64_t>(limit);
  auto removed = tx.execute(
      "DELETE FROM sign_in_step WHERE id IN "
      "(SELECT id FROM sign_in_step WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)",
      {base::to_unix_ms(now), most});
  removed += tx.execute(
      "DELETE FROM spent_ticket WHERE id IN "
      "(SELECT id FROM spent_ticket WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)",
      {base::to_unix_ms(now), most - removed});
  return static_cast<std::size_t>(removed);
}

}  // namespace gatehouse::identity
