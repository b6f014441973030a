#include "platform/limits/connection_limiter.hpp"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace gatehouse::limits {
namespace {

using base::IpAddress;

IpAddress address(const std::string& text) { return *IpAddress::parse(text); }

TEST(ConnectionLimiter, refuses_an_address_that_has_its_share) {
  ConnectionLimiter limiter({.per_address = 2, .total = 10});
  auto first = limiter.acquire(address("192.0.2.1"));
  auto second = limiter.acquire(address("192.0.2.1"));
  ASSERT_TRUE(first && second);
  const auto third = limiter.acquire(address("192.0.2.1"));
  ASSERT_FALSE(third);
  EXPECT_EQ(third.error(), ConnectionRefused::address_full);
  EXPECT_TRUE(limiter.acquire(address("192.0.2.2")));
}

TEST(ConnectionLimiter, refuses_everybody_when_the_process_is_full) {
  ConnectionLimiter limiter({.per_address = 5, .total = 2});
  auto first = limiter.acquire(address("192.0.2.1"));
  auto second = limiter.acquire(address("192.0.2.2"));
  const auto third = limiter.acquire(address("192.0.2.3"));
  ASSERT_FALSE(third);
  EXPECT_EQ(third.error(), ConnectionRefused::total_full);
}

// G10: one /64 is one client.
TEST(ConnectionLimiter, G10_counts_an_ipv6_64_as_one_address) {
  ConnectionLimiter limiter({.per_address = 1, .total = 10});
  auto first = limiter.acquire(address("2001:db8::1"));
  EXPECT_FALSE(limiter.acquire(address("2001:db8::2")));
  EXPECT_TRUE(limiter.acquire(address("2001:db8:0:1::1")));
}

TEST(ConnectionLimiter, a_slot_gives_its_place_back_once_however_it_is_moved) {
  ConnectionLimiter limiter({.per_address = 5, .total = 10});
  {
    auto first = *limiter.acquire(address("192.0.2.1"));
    auto second = *limiter.acquire(address("192.0.2.1"));
    EXPECT_EQ(limiter.live(), 2U);
    ConnectionLimiter::Slot third = std::move(first);
    EXPECT_EQ(limiter.live(), 2U);
    third = std::move(second);  // gives back what it held
    EXPECT_EQ(limiter.live(), 1U);
  }
  EXPECT_EQ(limiter.live(), 0U);
}

TEST(ConnectionLimiter, never_exceeds_its_limits_under_many_threads) {
  ConnectionLimiter limiter({.per_address = 3, .total = 8});
  std::array<std::atomic<int>, 4> held{};
  std::atomic<int> total = 0;
  std::atomic<bool> exceeded = false;
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 5000; ++i) {
        const std::size_t who = static_cast<std::size_t>(t + i) % held.size();
        auto slot = limiter.acquire(address("192.0.2." + std::to_string(who)));
        if (!slot) continue;
        if (++held[who] > 3 || ++total > 8) exceeded = true;
        --held[who];
        --total;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_FALSE(exceeded);
  EXPECT_EQ(limiter.live(), 0U);
  EXPECT_TRUE(limiter.acquire(address("192.0.2.0")));
}

}  // namespace
}  // namespace gatehouse::limits
