#pragma once

#include <boost/asio/awaitable.hpp>
#include <vector>

#include "contract/revocation.hpp"

namespace gatehouse::contract {

// How what identity ends reaches the gates. Called after the transaction that wrote the rows has committed and before
// the caller is answered: when publish() completes, every gate of this process refuses what the rows say.
// Applying a row twice, or in another order, changes nothing. Thread-safe.
class RevocationFeed {
 public:
  virtual ~RevocationFeed() = default;
  virtual boost::asio::awaitable<void> publish(std::vector<Revocation> rows) = 0;
};

}  // namespace gatehouse::contract
