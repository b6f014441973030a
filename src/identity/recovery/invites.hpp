#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "contract/ids.hpp"
#include "identity/account/account.hpp"
#include "identity/account/administration.hpp"
#include "identity/account/caller.hpp"
#include "identity/account/refusal.hpp"
#include "identity/recovery/invite_store.hpp"
#include "identity/recovery/recovery_parts.hpp"

namespace gatehouse::identity {

// An open invite as administrators see it.
struct Invite {
  contract::AccountId id;
  std::string email;
  std::vector<std::string> roles;
  std::optional<contract::AccountId> invited_by{};
  base::TimePoint created_at;
  base::TimePoint expires_at;
};

struct InvitePage {
  std::vector<Invite> invites;
  std::optional<contract::AccountId> next{};  // behind which the next page begins; nothing: this was the last
};

struct InviteAcceptance {
  base::Secret token{};
  std::string username;
  base::Secret password{};
  std::string language{};  // of letters; empty: the installation's
};

// Accounts for whom an administrator asks by mail. Works when registration is closed. Thread-safe.
class Invites {
 public:
  // REQUIRES: all outlive it.
  Invites(const RecoveryParts& parts, const InviteStore& store, const AccountSteps& steps)
      : parts_(parts), store_(store), steps_(steps) {}

  // Seven days, one use. Errors: invalid_input (`email`, `roles`); beyond_own (AccountSteps::check_giving); name_taken:
  // the address is an account's, or an open invite went to it. An administrator may know that.
  boost::asio::awaitable<base::Result<Invite, Refusal>> create(std::string email, std::vector<std::string> roles,
                                                               Caller caller);
  // REQUIRES: limit within 1 … kMaxAccountsPerPage.
  boost::asio::awaitable<InvitePage> page(std::optional<contract::AccountId> after, std::size_t limit);
  // Errors: not_found; beyond_own: its roles grant what the caller's own do not.
  boost::asio::awaitable<base::Result<void, Refusal>> withdraw(contract::AccountId id, Caller caller);

  // Uses nothing up.
  boost::asio::awaitable<bool> is_open(base::Secret token);
  // The account is there, with its address proven and the roles of the invite; nobody is signed in yet.
  // Errors: link_refused; invalid_input (`username`, `password`); name_taken: the invite stays open.
  boost::asio::awaitable<base::Result<Account, Refusal>> accept(InviteAcceptance acceptance, Caller caller);

 private:
  [[nodiscard]] Invite show(const InviteRecord& record) const;
  [[nodiscard]] base::Result<void, Refusal> insert(db::Transaction& tx, const InviteRecord& record) const;
  [[nodiscard]] base::Result<void, Refusal> remove(db::Transaction& tx, contract::AccountId id,
                                                   const Caller& caller) const;
  [[nodiscard]] base::Result<void, Refusal> apply(db::Transaction& tx, const NewAccount& account) const;

  const RecoveryParts& parts_;
  const InviteStore& store_;
  const AccountSteps& steps_;
};

}  // namespace gatehouse::identity
