#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "contract/ids.hpp"
#include "platform/base/clock.hpp"
#include "platform/base/ip_address.hpp"
#include "platform/base/secret.hpp"
#include "platform/db/transaction.hpp"

namespace gatehouse::identity {

inline constexpr std::size_t kMaxKnownClients = 50;  // of one account; one more forgets the one not seen for longest

// From where an account was used: the kind of browser and the network (IPv4: /24, IPv6: /48), kept as a keyed digest
// together with the account, so that a copy of the table tells neither, nor which accounts share one. Works inside the
// caller's transaction; thread-safe.
class KnownClients {
 public:
  // `key`: of this purpose alone.
  explicit KnownClients(base::Secret key) : key_(std::move(key)) {}

  enum class Met : std::uint8_t {
    before,      // a client as this one
    first_ever,  // the account had none: nothing to compare with
    anew,        // the account is used from elsewhere for the first time
  };
  // Remembers the client.
  [[nodiscard]] Met meet(db::Transaction& tx, contract::AccountId account, const base::IpAddress& address,
                         std::string_view user_agent, base::TimePoint now) const;

  // Removes at most `limit` that were not seen after `before`; returns how many.
  std::size_t sweep(db::Transaction& tx, base::TimePoint before, std::size_t limit) const;

 private:
  [[nodiscard]] std::string digest(contract::AccountId account, const base::IpAddress& address,
                                   std::string_view user_agent) const;
  base::Secret key_;
};

}  // namespace gatehouse::identity
