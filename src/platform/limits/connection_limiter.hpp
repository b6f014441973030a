#pragma once

#include <cstddef>
#include <mutex>
#include <unordered_map>
#include <utility>

#include "platform/base/ip_address.hpp"
#include "platform/base/keyed_hash.hpp"
#include "platform/base/result.hpp"

namespace gatehouse::limits {

enum class ConnectionRefused {
  address_full,  // this client has its share
  total_full,    // the process has all it can serve
};

struct ConnectionLimits {
  std::size_t per_address = 50;  // IPv6: per /64
  std::size_t total = 512;       // keep below half the descriptor limit: databases and upstreams need theirs
};

// Live connections, counted by address and in all. Memory is bounded by `total`. Thread-safe: one short lock an accept.
class ConnectionLimiter {
 public:
  // A connection's place; gives it back when it goes. Move-only. May go on any thread.
  // REQUIRES: the limiter outlives it.
  class Slot {
   public:
    Slot(Slot&& other) noexcept : owner_(std::exchange(other.owner_, nullptr)), address_(other.address_) {}
    Slot& operator=(Slot&& other) noexcept;
    Slot(const Slot&) = delete;
    Slot& operator=(const Slot&) = delete;
    ~Slot();

   private:
    friend class ConnectionLimiter;
    Slot(ConnectionLimiter& owner, const base::IpAddress& address) : owner_(&owner), address_(address) {}
    ConnectionLimiter* owner_;
    base::IpAddress address_;
  };

  explicit ConnectionLimiter(ConnectionLimits limits) : limits_(limits) {}
  ConnectionLimiter(const ConnectionLimiter&) = delete;
  ConnectionLimiter& operator=(const ConnectionLimiter&) = delete;

  // `shared`: the peer speaks for many clients (a trusted proxy), so the total alone bounds it.
  [[nodiscard]] base::Result<Slot, ConnectionRefused> acquire(const base::IpAddress& peer, bool shared = false);

  [[nodiscard]] std::size_t live() const;

 private:
  void release(const base::IpAddress& address) noexcept;

  const ConnectionLimits limits_;
  mutable std::mutex mutex_;
  // Guarded by mutex_.
  std::size_t live_ = 0;
  std::unordered_map<base::IpAddress, std::size_t, base::KeyedHash> by_address_;
};

}  // namespace gatehouse::limits
