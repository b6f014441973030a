#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "platform/base/clock.hpp"
#include "platform/limits/sign_in_counter.hpp"

namespace gatehouse::limits {

struct SignInThrottleOptions {
  // One counter: free up to `failures`, from there on each further one doubles the wait, 1 s first, `max_delay` at
  // most. Failures are forgotten evenly, `failures` of them in each `window`.
  struct Tier {
    unsigned failures;
    std::chrono::seconds max_delay;
  };
  Tier pair{5, std::chrono::seconds(60)};       // one address, or one known device, on one subject: a guess
  Tier subject{50, std::chrono::seconds(30)};   // all addresses on one subject: a distributed guess. Bounded, so that
                                                // nobody can lock the owner out for long
  Tier address{100, std::chrono::seconds(60)};  // one address on all subjects: spraying
  std::chrono::seconds window{15 * 60};
  std::size_t max_keys = std::size_t{1} << 14;  // of each counter, 32 bytes each; the least used is forgotten first
};

// The one place that counts failed sign-ins (ASVS 6.3.1; NIST SP 800-63B section 5.2.2). An attempt counts as failed
// before the password is looked at: a hundred at once count a hundred. Thread-safe; memory is bounded. As a
// SignInCounter it answers without suspending.
class SignInThrottle final : public SignInCounter {
 public:
  // REQUIRES: the clock outlives the throttle.
  SignInThrottle(const SignInThrottleOptions& options, const base::Clock& clock);
  ~SignInThrottle() override;
  SignInThrottle(const SignInThrottle&) = delete;
  SignInThrottle& operator=(const SignInThrottle&) = delete;

  // Zero: counted, go on and check the password. Else how long to wait (rounded up); nothing was counted.
  // A known device waits for its own failures only, never for those of others.
  [[nodiscard]] std::chrono::seconds begin(const SignInAttempt& attempt);

  // The password was right: takes the attempt back and forgets the failures of this address on this subject.
  void succeeded(const SignInAttempt& attempt);

  // The password was not checked (queue full, client gone): takes the attempt back, no more.
  void withdraw(const SignInAttempt& attempt);

  [[nodiscard]] std::uint64_t key_of(std::string_view bytes) const override;
  boost::asio::awaitable<std::chrono::seconds> async_begin(SignInAttempt& attempt) override;
  boost::asio::awaitable<void> async_succeeded(SignInAttempt attempt) override;
  boost::asio::awaitable<void> async_withdraw(SignInAttempt attempt) override;

  // Failures counted against the subject at this moment, rounded: for the audit trail and tests.
  [[nodiscard]] unsigned failures(std::uint64_t subject) const;

 private:
  struct State;
  const base::Clock& clock_;
  std::unique_ptr<State> state_;
};

}  // namespace gatehouse::limits
