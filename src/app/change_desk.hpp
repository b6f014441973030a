#pragma once

#include <functional>
#include <mutex>

#include "contract/change_feed.hpp"
#include "platform/runtime/pool.hpp"

namespace gatehouse::app {

// Has the housekeeper look at the database at once when a handler has changed keys or roles there, as commands have it
// by the control socket. On a thread of its own: looking waits for every event loop. Thread-safe.
class ChangeDesk final : public contract::ChangeFeed {
 public:
  ChangeDesk() = default;

  // From now on: what looks, and says whether all gates have what the database held. Until then, nobody does.
  void open(std::function<bool()> look);
  void close();  // waits for a look under way; idempotent

  boost::asio::awaitable<void> announce() override;

  // For what else a handler waits for that blocks, and is rare: making a key.
  [[nodiscard]] runtime::Pool& pool() noexcept { return pool_; }

 private:
  std::mutex mutex_;
  std::function<bool()> look_;  // guarded by mutex_
  runtime::Pool pool_{{.name = "background", .threads = 1, .queue_limit = 16}};
};

}  // namespace gatehouse::app
