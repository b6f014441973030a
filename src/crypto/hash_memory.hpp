#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <span>
#include <vector>

namespace gatehouse::crypto {

// The memory that password hashes work in. Arenas of the size of today's hashes are kept from one hash to the next:
// asking the system for 19 MiB each time costs a third of what the hash itself does. Everything else is asked for and
// given back. All of it together stays within a limit; a hash that alone is larger runs when no other does.
//
// There are never more arenas than hashes at one time. An arena is no part of a core dump and has pages around it that
// nobody may touch. Thread-safe.
class HashMemory {
 public:
  struct Options {
    std::size_t arena_bytes = 0;  // kept are arenas of this size; 0: none
    std::size_t limit_bytes = 0;  // of all memory at one time
    std::chrono::milliseconds max_wait{2'000};
  };

  // A claim on the memory, given back when it goes. REQUIRES: the HashMemory outlives it.
  class Lease {
   public:
    Lease(Lease&& other) noexcept;
    Lease& operator=(Lease&&) = delete;
    ~Lease();
    // Aligned to 64 bytes at least, with anything in it; empty for what reserve() gave.
    [[nodiscard]] std::span<std::byte> bytes() const noexcept { return arena_; }

   private:
    friend class HashMemory;
    Lease(HashMemory& owner, std::size_t claimed, std::span<std::byte> arena)
        : owner_(&owner), claimed_(claimed), arena_(arena) {}
    HashMemory* owner_;
    std::size_t claimed_;
    std::span<std::byte> arena_;
  };

  explicit HashMemory(const Options& options) : options_(options) {}
  ~HashMemory();
  HashMemory(const HashMemory&) = delete;
  HashMemory& operator=(const HashMemory&) = delete;

  // Waits while others hold too much. Throws base::Unavailable ("hash_memory") when that takes longer than max_wait
  // or the system has none.
  [[nodiscard]] Lease acquire(std::size_t bytes);
  // The same for a library that allocates by itself: counted, not allocated.
  [[nodiscard]] Lease reserve(std::size_t bytes);

  // Gives arenas back to the system that no hash has used since the last call. To be called every second or so.
  void release_unused();

  [[nodiscard]] std::size_t kept_arenas() const;  // idle at this moment
  [[nodiscard]] std::size_t claimed_bytes() const;

 private:
  struct Idle {
    std::span<std::byte> arena;
    bool used;  // since the last release_unused()
  };
  void claim(std::unique_lock<std::mutex>& lock, std::size_t bytes);
  void keep_within_limit();  // drops idle arenas; REQUIRES: mutex_ held
  void give_back(std::size_t claimed, std::span<std::byte> arena) noexcept;

  const Options options_;
  mutable std::mutex mutex_;
  std::condition_variable given_back_;
  // Guarded by mutex_.
  std::vector<Idle> idle_;  // the last used at the end
  std::size_t leased_ = 0;  // bytes in the hands of hashes
};

}  // namespace gatehouse::crypto
