#pragma once

#include <string>
#include <string_view>

#include "contract/ids.hpp"
#include "identity/account/account.hpp"
#include "platform/base/random.hpp"
#include "platform/base/secret.hpp"
#include "platform/base/uuid.hpp"
#include "platform/text/email.hpp"

namespace gatehouse::identity {

// Seals and opens what of an account is personal. Each account has a data key of its own: whoever destroys it has
// erased the account's personal data in every copy. Thread-safe. REQUIRES: what it is given outlives it.
class AccountVault {
 public:
  AccountVault(const base::Secret& account_kek, const base::Secret& blind_index_key, base::Random& random)
      : account_kek_(account_kek), blind_index_key_(blind_index_key), random_(random) {}

  struct Sealed {
    std::string data_key_seed;
    std::string profile;
  };
  // Under a new data key.
  [[nodiscard]] Sealed seal_new(contract::AccountId id, const Profile& profile) const;
  // Under the account's own. Throws like open().
  [[nodiscard]] std::string reseal(const AccountRecord& record, const Profile& profile) const;

  // Empty members once the account's data has been erased. Throws base::Unavailable when the bytes do not open: the
  // wrong master key or a damaged row, which must never look like an account without an address.
  [[nodiscard]] Profile open(const AccountWithProfile& record) const;

  // An address beside the one in the profile, in the row of `place` (identity/proof). Throw like reseal() and open().
  [[nodiscard]] std::string seal_address(const AccountRecord& record, base::Uuid place, std::string_view address) const;
  [[nodiscard]] std::string open_address(const AccountRecord& record, base::Uuid place, std::string_view sealed) const;

  // Under which an address is found without opening any.
  [[nodiscard]] std::string email_index(const text::Email& email) const;

 private:
  const base::Secret& account_kek_;
  const base::Secret& blind_index_key_;
  base::Random& random_;
};

}  // namespace gatehouse::identity
