#include "app/change_desk.hpp"

#include <utility>

#include "platform/base/unavailable.hpp"

namespace gatehouse::app {

void ChangeDesk::open(std::function<bool()> look) {
  const std::lock_guard lock(mutex_);
  look_ = std::move(look);
}

void ChangeDesk::close() {
  const std::lock_guard lock(mutex_);
  look_ = nullptr;
}

boost::asio::awaitable<void> ChangeDesk::announce() {
  const bool seen = co_await pool_.run([this](std::size_t) {
    const std::lock_guard lock(mutex_);
    return look_ && look_();
  });
  if (!seen) throw base::Unavailable("change_not_announced");
}

}  // namespace gatehouse::app
