#include "platform/runtime/deadline_wheel.hpp"

#include <algorithm>

namespace gatehouse::runtime {

void DeadlineWheel::Entry::unlink() {
  if (next_ == nullptr) return;
  previous_->next_ = next_;
  next_->previous_ = previous_;
  previous_ = next_ = nullptr;
}

DeadlineWheel::DeadlineWheel(boost::asio::io_context& context) : timer_(context) {
  for (auto& head : slots_) head.previous_ = head.next_ = &head;
}

DeadlineWheel::~DeadlineWheel() {
  for (auto& head : slots_) {
    while (head.next_ != &head) head.next_->unlink();
  }
}

void DeadlineWheel::start() {
  running_ = true;
  wait();
}

void DeadlineWheel::stop() {
  running_ = false;
  timer_.cancel();
}

void DeadlineWheel::wait() {
  timer_.expires_after(kTick);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (error || !running_) return;
    advance();
    wait();
  });
}

void DeadlineWheel::set(Entry& entry, std::chrono::milliseconds from_now) {
  // One tick more: the current one has partly passed, and a deadline must not come early.
  const auto ticks =
      static_cast<std::uint64_t>(std::max<std::int64_t>(1, (from_now + kTick - std::chrono::milliseconds(1)) / kTick));
  entry.due_tick_ = tick_ + ticks + 1;
  if (entry.next_ != nullptr && entry.linked_tick_ <= entry.due_tick_) return;
  entry.unlink();
  hang(entry);
}

void DeadlineWheel::hang(Entry& entry) {
  entry.linked_tick_ = std::min(entry.due_tick_, tick_ + kSlots - 1);
  Entry& head = slots_[entry.linked_tick_ % kSlots];
  entry.next_ = &head;
  entry.previous_ = head.previous_;
  head.previous_->next_ = &entry;
  head.previous_ = &entry;
}

void DeadlineWheel::advance() {
  ++tick_;
  Entry& head = slots_[tick_ % kSlots];
  // What is hung again lands in another slot, never in this one, so the walk ends.
  while (head.next_ != &head) {
    Entry& entry = *head.next_;
    entry.unlink();
    if (entry.due_tick_ > tick_) {
      hang(entry);
    } else {
      entry.on_deadline();
    }
  }
}

}  // namespace gatehouse::runtime
