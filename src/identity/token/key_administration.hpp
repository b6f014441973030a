#pragma once

#include <boost/asio/awaitable.hpp>
#include <vector>

#include "contract/change_feed.hpp"
#include "contract/ids.hpp"
#include "identity/token/key_manager.hpp"
#include "platform/base/result.hpp"
#include "platform/runtime/pool.hpp"
#include "platform/telemetry/log.hpp"

namespace gatehouse::identity {

// The key ring for event loops: what KeyManager does, on a pool, and in force at every gate of this process before it
// completes. Thread-safe.
class KeyAdministration {
 public:
  struct Parts {  // all outlive it
    KeyManager& keys;
    runtime::Pool& background;
    contract::ChangeFeed& changes;
    telemetry::Logger& log;
  };
  explicit KeyAdministration(Parts parts) : parts_(parts) {}

  // Oldest first. No private key is opened.
  boost::asio::awaitable<std::vector<KeyRecord>> list();
  // Errors: too_many.
  boost::asio::awaitable<base::Result<void, KeyRingError>> rotate(contract::AccountId by,
                                                                  telemetry::TraceContext trace);

 private:
  Parts parts_;
};

}  // namespace gatehouse::identity
