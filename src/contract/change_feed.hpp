#pragma once

#include <boost/asio/awaitable.hpp>

namespace gatehouse::contract {

// How what identity has changed besides endings (keys, roles) reaches the gates. Called after the transaction that
// changed it has committed and before the caller is answered.
class ChangeFeed {
 public:
  virtual ~ChangeFeed() = default;
  // Completes when every gate of this process goes by what the database holds now, and gates elsewhere can hear of it.
  // Throws base::Unavailable when that can't be said: it is stored, and will be heard of all the same. Thread-safe.
  virtual boost::asio::awaitable<void> announce() = 0;
};

}  // namespace gatehouse::contract
