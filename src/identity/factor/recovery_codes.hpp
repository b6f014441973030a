#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "contract/ids.hpp"
#include "platform/base/clock.hpp"
#include "platform/base/random.hpp"
#include "platform/base/secret.hpp"
#include "platform/db/transaction.hpp"

namespace gatehouse::identity {

// The way back in for somebody whose factors are lost: ten codes of 120 bits each, shown once, each good once. So long
// that a plain MAC of them can be kept (ASVS 5.0, 6.5.2: from 112 bits on no password hash is needed).
// The table `recovery_code` holds, for each, a MAC of account and code, so that a code is of use to its account alone.
// Works inside the caller's transaction; thread-safe.
class RecoveryCodes {
 public:
  // REQUIRES: `random` outlives it.
  RecoveryCodes(base::Secret mac_key, base::Random& random) : mac_key_(std::move(mac_key)), random_(random) {}

  // New ones, in the form they are shown in: `abcdef-ghijkl-mnopqr-stuvwx`. Those the account had are void.
  [[nodiscard]] std::vector<base::Secret> replace(db::Transaction& tx, contract::AccountId account,
                                                  base::TimePoint now) const;
  // The atomic step of a use: whatever races, one call is true. Letter case, spaces and dashes don't matter.
  [[nodiscard]] bool consume(db::Transaction& tx, contract::AccountId account, std::string_view typed) const;
  [[nodiscard]] std::size_t count(db::Transaction& tx, contract::AccountId account) const;
  static void remove_all(db::Transaction& tx, contract::AccountId account);

 private:
  [[nodiscard]] std::string digest(contract::AccountId account, std::string_view letters) const;

  base::Secret mac_key_;
  base::Random& random_;
};

}  // namespace gatehouse::identity
