#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>
#include <vector>

#include "identity/account/account.hpp"
#include "identity/account/administration.hpp"
#include "identity/account/caller.hpp"
#include "identity/recovery/recovery_parts.hpp"

namespace gatehouse::identity {

struct AccountWish {
  std::string username;
  std::string email;
  std::vector<std::string> roles;
  std::optional<base::Secret> password{};  // nothing: whoever reads the mailbox sets it, by a letter
};

// Accounts that an administrator makes for somebody. Works when registration is closed. The address is the account's at
// once, as the administrator knows whose it is. Thread-safe.
class AccountCreation {
 public:
  // REQUIRES: both outlive it.
  AccountCreation(const RecoveryParts& parts, const AccountSteps& steps) : parts_(parts), steps_(steps) {}

  // Errors: invalid_input (`username`, `email`, `password`, `roles`); beyond_own (AccountSteps::check_giving);
  // name_taken: username or address. The letter is
  // asked for in the transaction that makes the account; its link is one of PasswordReset, which the person can ask for
  // again by themselves.
  boost::asio::awaitable<base::Result<Account, Refusal>> create(AccountWish wish, Caller caller);

 private:
  [[nodiscard]] bool insert(db::Transaction& tx, const NewAccount& row, bool letter, const Caller& caller) const;

  const RecoveryParts& parts_;
  const AccountSteps& steps_;
};

}  // namespace gatehouse::identity
