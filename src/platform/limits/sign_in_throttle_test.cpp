#include "platform/limits/sign_in_throttle.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "platform/base/keyed_hash.hpp"

namespace gatehouse::limits {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t kVictim = 0x1234'5678'9abc'def0;
constexpr std::uint64_t kOffice = 0x0fed'cba9'8765'4321;
constexpr std::uint64_t kPhone = 0x1111'2222'3333'4444;

std::uint64_t key(int i) { return base::keyed_hash(std::to_string(i)); }

// Tries until the throttle says wait; the number of tries that went through.
int guess_until_held(SignInThrottle& throttle, const SignInAttempt& attempt) {
  int tried = 0;
  while (throttle.begin(attempt) == 0s) ++tried;
  return tried;
}

TEST(SignInThrottle, doubles_the_wait_after_five_failures_up_to_a_minute) {
  base::FakeClock clock;
  SignInThrottle throttle({}, clock);
  const SignInAttempt attempt{.subject = kVictim, .address = kOffice};
  EXPECT_EQ(guess_until_held(throttle, attempt), 5);
  for (const auto expected : {1s, 2s, 4s, 8s, 16s, 32s, 60s, 60s, 60s}) {
    const auto wait = throttle.begin(attempt);
    EXPECT_EQ(wait, expected);
    clock.advance(wait - 1ms);
    EXPECT_EQ(throttle.begin(attempt), 1s);  // still held, and asking has not made it longer
    clock.advance(1ms);
    EXPECT_EQ(throttle.begin(attempt), 0s);
  }
}

TEST(SignInThrottle, a_right_password_takes_the_attempt_back_and_resets_the_pair) {
  base::FakeClock clock;
  SignInThrottle throttle({}, clock);
  const SignInAttempt attempt{.subject = kVictim, .address = kOffice};
  for (int round = 0; round < 50; ++round) {
    for (int i = 0; i < 4; ++i) ASSERT_EQ(throttle.begin({.subject = key(round), .address = key(1000 + round)}), 0s);
    ASSERT_EQ(throttle.begin(attempt), 0s);
    throttle.succeeded(attempt);
  }
  EXPECT_EQ(throttle.failures(kVictim), 0U);
  EXPECT_EQ(guess_until_held(throttle, attempt), 5);
}

TEST(SignInThrottle, an_attempt_that_read_the_clock_before_another_was_counted_does_not_wait) {
  base::FakeClock clock;
  SignInThrottle throttle({}, clock);
  EXPECT_EQ(throttle.begin({.subject = key(1), .address = kOffice}), 0s);
  clock.advance(-1ms);
  EXPECT_EQ(throttle.begin({.subject = key(2), .address = kOffice}), 0s);
}

TEST(SignInThrottle, a_withdrawn_attempt_counts_nowhere) {
  base::FakeClock clock;
  SignInThrottle throttle({}, clock);
  const SignInAttempt attempt{.subject = kVictim, .address = kOffice};
  for (int i = 0; i < 4; ++i) ASSERT_EQ(throttle.begin(attempt), 0s);
  for (int i = 0; i < 100; ++i) {
    ASSERT_EQ(throttle.begin(attempt), 0s);
    throttle.withdraw(attempt);
  }
  EXPECT_EQ(throttle.failures(kVictim), 4U);
}

// U07: a hundred wrong passwords at once count a hundred, not one.
TEST(SignInThrottle, U07_counts_each_of_a_hundred_parallel_attempts) {
  base::FakeClock clock;
  SignInThrottleOptions options;
  options.pair.failures = options.subject.failures = options.address.failures = 1000;
  SignInThrottle throttle(options, clock);
  std::vector<std::thread> threads;
  for (int i = 0; i < 100; ++i) {
    threads.emplace_back([&] { (void)throttle.begin({.subject = kVictim, .address = kOffice}); });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(throttle.failures(kVictim), 100U);
}

// U07: nor do more of them reach the password than one after another would.
TEST(SignInThrottle, U07_lets_five_of_a_hundred_parallel_attempts_reach_the_password) {
  base::FakeClock clock;
  SignInThrottle throttle({}, clock);
  std::atomic<int> reached = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 100; ++i) {
    threads.emplace_back([&] {
      if (throttle.begin({.subject = kVictim, .address = kOffice}) == 0s) ++reached;
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(reached, 5);
}

TEST(SignInThrottle, slows_a_guess_that_comes_from_many_addresses) {
  base::FakeClock clock;
  SignInThrottle throttle({}, clock);
  int reached = 0;
  for (int i = 0; i < 1000; ++i) {
    if (throttle.begin({.subject = kVictim, .address = key(i)}) == 0s) ++reached;
  }
  EXPECT_EQ(reached, 50);
}

// U06: an attacker who never rests holds the owner back for half a minute at most, and never on a known device.
TEST(SignInThrottle, U06_the_owner_is_not_locked_out_for_long) {
  base::FakeClock clock;
  SignInThrottle throttle({}, clock);
  for (int i = 0; i < 100'000; ++i) {
    (void)throttle.begin({.subject = kVictim, .address = key(i)});
    clock.advance(100ms);
  }
  const SignInAttempt elsewhere{.subject = kVictim, .address = kOffice};
  EXPECT_LE(throttle.begin(elsewhere), 30s);
  const SignInAttempt known{.subject = kVictim, .address = kOffice, .device = kPhone};
  EXPECT_EQ(throttle.begin(known), 0s);
  throttle.succeeded(known);
}

TEST(SignInThrottle, U06_a_known_device_still_waits_for_its_own_failures) {
  base::FakeClock clock;
  SignInThrottle throttle({}, clock);
  EXPECT_EQ(guess_until_held(throttle, {.subject = kVictim, .address = kOffice, .device = kPhone}), 5);
}

TEST(SignInThrottle, U06_who_fails_at_the_same_address_does_not_slow_a_known_device) {
  base::FakeClock clock;
  SignInThrottle throttle({}, clock);
  const SignInAttempt colleague{.subject = kVictim, .address = kOffice};
  EXPECT_EQ(guess_until_held(throttle, colleague), 5);
  const SignInAttempt owner{.subject = kVictim, .address = kOffice, .device = kPhone};
  EXPECT_EQ(throttle.begin(owner), 0s);
  throttle.succeeded(owner);
  EXPECT_GT(throttle.begin(colleague), 0s) << "and its success gives the guesser nothing";
}

TEST(SignInThrottle, U06_an_attack_that_has_ended_is_soon_forgotten) {
  base::FakeClock clock;
  SignInThrottle throttle({}, clock);
  for (int i = 0; i < 10'000; ++i) {
    (void)throttle.begin({.subject = kVictim, .address = key(i)});
    clock.advance(1s);
  }
  clock.advance(20min);
  EXPECT_EQ(throttle.failures(kVictim), 0U);
}

TEST(SignInThrottle, slows_one_address_that_sprays_over_many_subjects) {
  base::FakeClock clock;
  SignInThrottle throttle({}, clock);
  int reached = 0;
  for (int i = 0; i < 1000; ++i) {
    if (throttle.begin({.subject = key(i), .address = kOffice}) == 0s) ++reached;
  }
  EXPECT_EQ(reached, 100);
  EXPECT_EQ(throttle.begin({.subject = kVictim, .address = key(1)}), 0s);
}

TEST(SignInThrottle, a_busy_office_behind_one_address_is_not_slowed_by_its_typing_errors) {
  base::FakeClock clock;
  SignInThrottle throttle({}, clock);
  for (int i = 0; i < 500; ++i) {  // one wrong, then right, every ten seconds, for an hour and more
    const SignInAttempt attempt{.subject = key(i), .address = kOffice};
    ASSERT_EQ(throttle.begin(attempt), 0s);
    ASSERT_EQ(throttle.begin(attempt), 0s);
    throttle.succeeded(attempt);
    clock.advance(10s);
  }
}

TEST(SignInThrottle, a_flood_of_unknown_subjects_does_not_wash_out_a_victims_failures) {
  base::FakeClock clock;
  SignInThrottleOptions options;
  options.max_keys = 256;
  SignInThrottle throttle(options, clock);
  (void)guess_until_held(throttle, {.subject = kVictim, .address = kOffice});
  for (int i = 0; i < 20'000; ++i) (void)throttle.begin({.subject = key(i), .address = key(-i)});
  EXPECT_GT(throttle.begin({.subject = kVictim, .address = kOffice}), 0s);
  EXPECT_EQ(throttle.failures(kVictim), 5U);
}

}  // namespace
}  // namespace gatehouse::limits
