#include "identity/factor/code_guard.hpp"

#include <algorithm>

namespace gatehouse::identity {
namespace {

using db::Blob;

std::chrono::seconds wait_after(std::int64_t failures) {
  if (failures < CodeGuard::kFree) return std::chrono::seconds(0);
  const auto doublings = std::min<std::int64_t>(failures - CodeGuard::kFree, 16);
  return std::min(CodeGuard::kFirstWait * (std::int64_t{1} << doublings), CodeGuard::kLongestWait);
}

}  // namespace

std::chrono::seconds CodeGuard::wait(db::Transaction& tx, contract::AccountId account, base::TimePoint now) const {
  const auto retry_at = tx.query_one("SELECT retry_at FROM code_guard WHERE id = $1", {Blob{account.bytes()}},
                                     [](const db::Row& row) { return base::from_unix_ms(row.integer(0)); });
  if (!retry_at || *retry_at <= now) return std::chrono::seconds(0);
  return std::chrono::ceil<std::chrono::seconds>(*retry_at - now);
}

std::int64_t CodeGuard::count_failure(db::Transaction& tx, contract::AccountId account, base::TimePoint now) const {
  const auto counted = tx.query_one(
      "INSERT INTO code_guard (id, failures, retry_at) VALUES ($1, 1, 0) "
      "ON CONFLICT (id) DO UPDATE SET failures = code_guard.failures + 1 RETURNING failures",
      {Blob{account.bytes()}}, [](const db::Row& row) { return row.integer(0); });
  const auto failures = counted.value_or(1);
  const auto wait = wait_after(failures);
  if (wait.count() > 0) {
    tx.execute("UPDATE code_guard SET retry_at = $2 WHERE id = $1",
               {Blob{account.bytes()}, base::to_unix_ms(now + wait)});
  }
  return failures;
}

void CodeGuard::forget(db::Transaction& tx, contract::AccountId account) const {
  tx.execute("DELETE FROM code_guard WHERE id = $1", {Blob{account.bytes()}});
}

}  // namespace gatehouse::identity
