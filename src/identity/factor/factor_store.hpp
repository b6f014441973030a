#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "contract/ids.hpp"
#include "identity/factor/factor.hpp"
#include "platform/base/clock.hpp"
#include "platform/db/transaction.hpp"

namespace gatehouse::identity {

// The table `factor`. Works inside the caller's transaction; stateless, thread-safe.
class FactorStore {
 public:
  // False: the credential belongs to an account already, this one or another.
  [[nodiscard]] bool insert(db::Transaction& tx, const FactorRecord& factor) const;

  // Confirmed or not.
  [[nodiscard]] std::optional<FactorRecord> find(db::Transaction& tx, FactorId id) const;
  [[nodiscard]] std::optional<FactorRecord> find_by_credential(db::Transaction& tx, std::string_view index) const;
  // Confirmed ones, oldest first.
  [[nodiscard]] std::vector<FactorRecord> list(db::Transaction& tx, contract::AccountId account) const;
  // Which kinds the account has, confirmed; without repetition. The one look that each sign-in takes.
  [[nodiscard]] std::vector<FactorKind> kinds(db::Transaction& tx, contract::AccountId account) const;

  // The first code was right: the factor counts from now on, and that code's step is used. False: it is confirmed
  // already, or gone.
  [[nodiscard]] bool confirm(db::Transaction& tx, FactorId id, std::int64_t step, base::TimePoint now) const;
  // The atomic steps of a use. Of two that bring the same code, or the same signature counter, one is false.
  [[nodiscard]] bool use_totp_step(db::Transaction& tx, FactorId id, std::int64_t step, base::TimePoint now) const;
  // `expected` is the counter that the signature was checked against.
  [[nodiscard]] bool advance_signature_counter(db::Transaction& tx, FactorId id, std::int64_t expected,
                                               std::int64_t counter, base::TimePoint now) const;

  // False: no such factor of this account.
  [[nodiscard]] bool rename(db::Transaction& tx, contract::AccountId account, FactorId id,
                            std::string_view name_sealed) const;
  [[nodiscard]] bool remove(db::Transaction& tx, contract::AccountId account, FactorId id) const;
  // How many there were, of those that were confirmed.
  std::size_t remove_all(db::Transaction& tx, contract::AccountId account) const;
  // Those that wait for their first code.
  void remove_unconfirmed(db::Transaction& tx, contract::AccountId account) const;
};

}  // namespace gatehouse::identity
