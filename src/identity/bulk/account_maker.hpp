#pragma once

#include <string>
#include <vector>

#include "contract/permission.hpp"
#include "crypto/password.hpp"
#include "identity/account/account_store.hpp"
#include "identity/account/account_vault.hpp"
#include "identity/bulk/account_line.hpp"

namespace gatehouse::identity {

// What an import accepts.
struct ImportRules {
  const contract::RolePermissions& roles;    // those that exist
  std::vector<std::string> default_roles{};  // for lines without roles
  bool allow_missing_passwords = false;      // then nobody signs in with one, until it is set anew
  crypto::PasswordCaps caps{};
};

struct BulkAccount {
  NewAccount account;
  AccountState state = AccountState::active;
};

// Makes an account of what a line says, by the rules of registration, but that the password is a hash already: it must
// be of a kind that sign-in can check, at a cost that it will bear. Thread-safe. REQUIRES: what it is given outlives
// it.
class AccountMaker {
 public:
  AccountMaker(const ImportRules& rules, const AccountVault& vault, const base::Clock& clock)
      : rules_(rules), vault_(vault), clock_(clock) {}

  [[nodiscard]] base::Result<BulkAccount, LineProblem> make(const AccountLine& line, contract::AccountId id) const;

 private:
  [[nodiscard]] base::Result<std::string, LineProblem> password_hash(const AccountLine& line) const;
  [[nodiscard]] base::Result<std::vector<std::string>, LineProblem> roles(const AccountLine& line) const;

  const ImportRules& rules_;
  const AccountVault& vault_;
  const base::Clock& clock_;
};

}  // namespace gatehouse::identity
