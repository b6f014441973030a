#include "platform/limits/connection_limiter.hpp"

namespace gatehouse::limits {

ConnectionLimiter::Slot& ConnectionLimiter::Slot::operator=(Slot&& other) noexcept {
  if (this != &other) {
    if (owner_ != nullptr) owner_->release(address_);
    owner_ = std::exchange(other.owner_, nullptr);
    address_ = other.address_;
  }
  return *this;
}

ConnectionLimiter::Slot::~Slot() {
  if (owner_ != nullptr) owner_->release(address_);
}

base::Result<ConnectionLimiter::Slot, ConnectionRefused> ConnectionLimiter::acquire(const base::IpAddress& peer,
                                                                                    bool shared) {
  const base::IpAddress address = peer.limit_key();
  const std::lock_guard lock(mutex_);
  if (live_ >= limits_.total) return ConnectionRefused::total_full;
  if (limits_.per_address == 0) return ConnectionRefused::address_full;
  auto& count = by_address_[address];
  if (!shared && count >= limits_.per_address) return ConnectionRefused::address_full;
  ++count;
  ++live_;
  return Slot(*this, address);
}

std::size_t ConnectionLimiter::live() const {
  const std::lock_guard lock(mutex_);
  return live_;
}

void ConnectionLimiter::release(const base::IpAddress& address) noexcept {
  const std::lock_guard lock(mutex_);
  --live_;
  const auto found = by_address_.find(address);
  if (--found->second == 0) by_address_.erase(found);
}

}  // namespace gatehouse::limits
