#pragma once

#include <string>
#include <string_view>

#include "crypto/sealing.hpp"
#include "identity/account/account.hpp"
#include "identity/factor/factor.hpp"
#include "platform/base/random.hpp"
#include "platform/base/secret.hpp"

namespace gatehouse::identity {

// Seals and opens what of a factor is secret or personal, under the key of its account: who destroys that key has
// erased the factor, too. Each value is bound to its factor and to what it is. Thread-safe. REQUIRES: what it is given
// outlives it.
class FactorVault {
 public:
  enum class Part : unsigned char { name, material };

  FactorVault(const base::Secret& account_kek, base::Random& random) : account_kek_(account_kek), random_(random) {}

  // Both throw base::Unavailable when the account's key, or what was sealed, does not open: the wrong master key or a
  // damaged row, which must never look like a wrong code.
  [[nodiscard]] std::string seal(const AccountRecord& account, FactorId factor, Part part,
                                 std::string_view plain) const;
  [[nodiscard]] base::Secret open(const AccountRecord& account, FactorId factor, Part part,
                                  std::string_view sealed) const;

 private:
  [[nodiscard]] crypto::SealingKey key_of(const AccountRecord& account) const;

  const base::Secret& account_kek_;
  base::Random& random_;
};

}  // namespace gatehouse::identity
