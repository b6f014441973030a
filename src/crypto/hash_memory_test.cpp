#include "crypto/hash_memory.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <thread>
#include <vector>

#include "platform/base/unavailable.hpp"

namespace gatehouse::crypto {
namespace {

constexpr std::size_t kMiB = std::size_t{1} << 20;

TEST(HashMemory, keeps_an_arena_for_the_next_hash) {
  HashMemory memory({.arena_bytes = kMiB, .limit_bytes = 8 * kMiB});
  const std::byte* first = nullptr;
  {
    const auto lease = memory.acquire(kMiB);
    ASSERT_EQ(lease.bytes().size(), kMiB);
    first = lease.bytes().data();
    EXPECT_EQ(memory.kept_arenas(), 0U);
    EXPECT_EQ(memory.claimed_bytes(), kMiB);
  }
  EXPECT_EQ(memory.kept_arenas(), 1U);
  EXPECT_EQ(memory.claimed_bytes(), 0U);
  const auto smaller = memory.acquire(kMiB / 2);
  EXPECT_EQ(smaller.bytes().data(), first);
}

TEST(HashMemory, aligns_arenas_large_and_small) {
  for (const std::size_t bytes : {std::size_t{1024}, std::size_t{8192}, 3 * kMiB + 1024, 19 * kMiB}) {
    HashMemory memory({.arena_bytes = bytes, .limit_bytes = 64 * kMiB});
    const auto lease = memory.acquire(bytes);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(lease.bytes().data()) % 64, 0U);
    for (auto& byte : lease.bytes()) byte = std::byte{1};  // all of it can be written
  }
}

TEST(HashMemory, gives_back_what_no_hash_has_used_for_a_while) {
  HashMemory memory({.arena_bytes = kMiB, .limit_bytes = 8 * kMiB});
  {
    const auto one = memory.acquire(kMiB);
    const auto two = memory.acquire(kMiB);
  }
  EXPECT_EQ(memory.kept_arenas(), 2U);
  memory.release_unused();
  EXPECT_EQ(memory.kept_arenas(), 2U);  // both were used since the last call, which never was
  { const auto one = memory.acquire(kMiB); }
  memory.release_unused();
  EXPECT_EQ(memory.kept_arenas(), 1U);
  memory.release_unused();
  EXPECT_EQ(memory.kept_arenas(), 0U);
}

// An imported hash may ask for much: it takes no place from the arenas, and nothing of it stays.
TEST(HashMemory, keeps_nothing_of_another_size) {
  HashMemory memory({.arena_bytes = kMiB, .limit_bytes = 64 * kMiB});
  { const auto large = memory.acquire(32 * kMiB); }
  EXPECT_EQ(memory.kept_arenas(), 0U);
  EXPECT_EQ(memory.claimed_bytes(), 0U);
}

TEST(HashMemory, P05_hashes_together_stay_within_the_limit) {
  HashMemory memory({.arena_bytes = kMiB, .limit_bytes = 4 * kMiB, .max_wait = std::chrono::minutes(1)});
  auto arena = std::optional(memory.acquire(kMiB));
  std::atomic<bool> held{false};
  std::atomic<bool> beside{false};
  std::thread large([&] {
    const auto lease = memory.reserve(4 * kMiB);  // has to wait for the arena
    beside = !held;
  });
  // Whatever the large one does meanwhile, it must not get its memory while the arena is out.
  EXPECT_EQ(memory.claimed_bytes(), kMiB);
  held = true;
  arena.reset();
  large.join();
  EXPECT_FALSE(beside);
  EXPECT_EQ(memory.claimed_bytes(), 0U);
}

TEST(HashMemory, a_large_hash_pushes_idle_arenas_out) {
  HashMemory memory({.arena_bytes = kMiB, .limit_bytes = 4 * kMiB});
  {
    const auto one = memory.acquire(kMiB);
    const auto two = memory.acquire(kMiB);
  }
  const auto lease = memory.reserve(3 * kMiB);
  EXPECT_EQ(memory.kept_arenas(), 1U);
}

TEST(HashMemory, lets_a_hash_beyond_the_limit_run_alone) {
  HashMemory memory({.arena_bytes = 0, .limit_bytes = kMiB});
  EXPECT_EQ(memory.acquire(4 * kMiB).bytes().size(), 4 * kMiB);
}

TEST(HashMemory, says_unavailable_when_the_memory_does_not_come_free) {
  HashMemory memory({.arena_bytes = 0, .limit_bytes = kMiB, .max_wait = std::chrono::milliseconds(1)});
  const auto held = memory.acquire(kMiB);
  EXPECT_THROW(static_cast<void>(memory.acquire(1024)), base::Unavailable);
}

TEST(HashMemory, says_unavailable_when_the_system_has_none) {
  HashMemory memory({.arena_bytes = 0, .limit_bytes = kMiB});
  EXPECT_THROW(static_cast<void>(memory.acquire(std::size_t{1} << 60)), base::Unavailable);
  EXPECT_EQ(memory.claimed_bytes(), 0U);
}

TEST(HashMemory, has_no_more_arenas_than_hashes_at_one_time) {
  constexpr std::size_t kThreads = 4;
  HashMemory memory({.arena_bytes = 64 * 1024, .limit_bytes = kMiB});
  std::atomic<int> shared{0};
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 200; ++i) {
        const auto lease = memory.acquire(64 * 1024);
        const auto mine = static_cast<std::byte>(t + 1);
        for (auto& byte : lease.bytes()) byte = mine;
        for (const auto& byte : lease.bytes()) shared += byte != mine ? 1 : 0;
        if (i % 50 == 0) memory.release_unused();
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(shared, 0);
  EXPECT_LE(memory.kept_arenas(), kThreads);
  EXPECT_EQ(memory.claimed_bytes(), 0U);
}

}  // namespace
}  // namespace gatehouse::crypto
