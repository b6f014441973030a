#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/json/object.hpp>
#include <optional>

#include "contract/ids.hpp"
#include "identity/account/account_store.hpp"
#include "identity/account/account_vault.hpp"
#include "identity/account/caller.hpp"
#include "identity/privacy/erasure_store.hpp"
#include "platform/audit/event_store.hpp"
#include "platform/audit/log.hpp"
#include "platform/base/clock.hpp"
#include "platform/base/secret.hpp"
#include "platform/db/database.hpp"

namespace gatehouse::identity {

// All that is held of a member, as the member gets it: docs/api/member-data.md, whose table privacy_handlers_test holds
// to what is made here and by the handler, and both to the tables that refer to an account. What would let somebody
// else in is left out (hashes, keys, the material of factors), and so is whoever else an event concerns. Thread-safe.
class MemberData {
 public:
  struct Parts {  // all outlive it
    db::Database& database;
    const AccountStore& accounts;
    const AccountVault& vault;
    const ErasureStore& erasures;
    const base::Secret& account_kek;
    const audit::EventStore& history;
    const audit::Log& events;
    const base::Clock& clock;
  };
  // The newest of each; `truncated` says where there are more.
  static constexpr std::size_t kMaxSessions = 1'000;
  static constexpr std::size_t kMaxEvents = 10'000;

  explicit MemberData(Parts parts) : parts_(parts) {}

  // As it is at one moment, and an event says that it was asked for. Nothing: no such account.
  boost::asio::awaitable<std::optional<boost::json::object>> collect(contract::AccountId account);

 private:
  Parts parts_;
};

}  // namespace gatehouse::identity
