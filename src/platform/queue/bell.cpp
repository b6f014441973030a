#include "platform/queue/bell.hpp"

#include <utility>

namespace gatehouse::queue {

Bell::Ear::Ear(Bell& bell, std::string queue) : bell_(bell), queue_(std::move(queue)) {
  const std::lock_guard lock(bell_.mutex_);
  bell_.ears_.push_back(this);
}

Bell::Ear::~Ear() {
  const std::lock_guard lock(bell_.mutex_);
  std::erase(bell_.ears_, this);
}

Bell::Ear::Heard Bell::Ear::wait_for(std::chrono::milliseconds limit) {
  std::unique_lock lock(mutex_);
  wake_.wait_for(lock, limit, [this] { return rung_ || closed_; });
  if (closed_) return Heard::closed;
  return std::exchange(rung_, false) ? Heard::ring : Heard::nothing;
}

void Bell::Ear::ring() {
  {
    const std::lock_guard lock(mutex_);
    rung_ = true;
  }
  wake_.notify_all();
}

void Bell::Ear::close() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  wake_.notify_all();
}

void Bell::ring(std::string_view queue) {
  const std::lock_guard lock(mutex_);
  for (Ear* ear : ears_) {
    if (ear->queue_ == queue) ear->ring();
  }
}

}  // namespace gatehouse::queue
