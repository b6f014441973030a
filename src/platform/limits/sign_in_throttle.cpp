#include "platform/limits/sign_in_throttle.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <mutex>
#include <string_view>

#include "platform/base/keyed_hash.hpp"
#include "platform/limits/keyed_table.hpp"

namespace gatehouse::limits {

namespace {

using Tier = SignInThrottleOptions::Tier;
using Seconds = std::chrono::duration<double>;

// How many failures, as of `at`; later there are fewer.
struct Failures {
  float level = 0;
  float delay = 0;  // seconds from `at` in which nothing is tried
  base::SteadyPoint at{};
};

std::uint64_t pair_key(const SignInAttempt& attempt) {
  std::array<char, 2 * sizeof(std::uint64_t)> bytes{};
  std::memcpy(bytes.data(), &attempt.subject, sizeof(attempt.subject));
  const std::uint64_t guesser = attempt.guesser();
  std::memcpy(bytes.data() + sizeof(attempt.subject), &guesser, sizeof(guesser));
  return base::keyed_hash({bytes.data(), bytes.size()});
}

// One of the three counters for all its keys.
class Counter {
 public:
  Counter(const Tier& tier, std::chrono::seconds window, std::size_t max_keys)
      : tier_(tier), per_second_(tier.failures / Seconds(window).count()), table_(max_keys) {}

  double level(std::uint64_t key, base::SteadyPoint now) {
    const Failures* found = table_.find(key);
    return found == nullptr ? 0 : level_of(*found, now);
  }

  // How long `key` still has to wait.
  Seconds wait(std::uint64_t key, base::SteadyPoint now) {
    const Failures* found = table_.find(key);
    // Of two threads the one that read the clock first may get the lock second: `now` can lie before `at`, and what is
    // not delayed at all must not look as if it were.
    if (found == nullptr || found->delay == 0) return Seconds(0);
    return std::max(Seconds(0), Seconds(found->delay) - Seconds(now - found->at));
  }

  void add(std::uint64_t key, base::SteadyPoint now) {
    Failures& f = table_.find_or_insert(key, [&](const Failures& other) { return level_of(other, now); });
    // Capped where the delay no longer grows, so that a long attack is not a long lockout afterwards.
    set(f, std::min(level_of(f, now) + 1, ceiling()), now);
  }

  void take_back(std::uint64_t key, base::SteadyPoint now) {
    Failures* f = table_.find(key);
    if (f == nullptr) return;
    const Seconds left = wait(key, now);
    set(*f, std::max(0.0, level_of(*f, now) - 1), now);
    f->delay = std::min(f->delay, static_cast<float>(left.count()));
  }

  void forget(std::uint64_t key) {
    if (Failures* f = table_.find(key)) *f = Failures{};
  }

 private:
  [[nodiscard]] double level_of(const Failures& f, base::SteadyPoint now) const {
    return std::max(0.0, static_cast<double>(f.level) - Seconds(now - f.at).count() * per_second_);
  }

  [[nodiscard]] double ceiling() const {
    return tier_.failures + std::ceil(std::log2(std::max<double>(1, static_cast<double>(tier_.max_delay.count()))));
  }

  void set(Failures& f, double level, base::SteadyPoint now) const {
    f.level = static_cast<float>(level);
    f.at = now;
    // Rounded: what has drained between two quick attempts must not win a step.
    const double above = std::round(level) - tier_.failures;
    f.delay =
        above < 0
            ? 0
            : static_cast<float>(std::min<double>(std::exp2(above), static_cast<double>(tier_.max_delay.count())));
  }

  const Tier tier_;
  const double per_second_;
  KeyedTable<Failures> table_;
};

}  // namespace

struct SignInThrottle::State {
  explicit State(const SignInThrottleOptions& options)
      : pair(options.pair, options.window, options.max_keys),
        subject(options.subject, options.window, options.max_keys),
        address(options.address, options.window, options.max_keys) {}

  // One lock for all three, so that an attempt counts everywhere or nowhere. A password hash takes a thousand times
  // longer.
  std::mutex mutex;
  // Guarded by mutex.
  Counter pair;
  Counter subject;
  Counter address;
};

SignInThrottle::SignInThrottle(const SignInThrottleOptions& options, const base::Clock& clock)
    : clock_(clock), state_(std::make_unique<State>(options)) {}

SignInThrottle::~SignInThrottle() = default;

std::chrono::seconds SignInThrottle::begin(const SignInAttempt& attempt) {
  const auto now = clock_.steady_now();
  const std::uint64_t pair = pair_key(attempt);
  const std::lock_guard lock(state_->mutex);
  Seconds wait = state_->pair.wait(pair, now);
  if (!attempt.device) {
    wait = std::max({wait, state_->subject.wait(attempt.subject, now), state_->address.wait(attempt.address, now)});
  }
  if (wait > Seconds(0)) return std::max(std::chrono::seconds(1), std::chrono::ceil<std::chrono::seconds>(wait));
  state_->pair.add(pair, now);
  state_->subject.add(attempt.subject, now);
  state_->address.add(attempt.address, now);
  return std::chrono::seconds(0);
}

void SignInThrottle::succeeded(const SignInAttempt& attempt) {
  const auto now = clock_.steady_now();
  const std::lock_guard lock(state_->mutex);
  state_->pair.forget(pair_key(attempt));
  state_->subject.take_back(attempt.subject, now);
  state_->address.take_back(attempt.address, now);
}

void SignInThrottle::withdraw(const SignInAttempt& attempt) {
  const auto now = clock_.steady_now();
  const std::lock_guard lock(state_->mutex);
  state_->pair.take_back(pair_key(attempt), now);
  state_->subject.take_back(attempt.subject, now);
  state_->address.take_back(attempt.address, now);
}

std::uint64_t SignInThrottle::key_of(std::string_view bytes) const { return base::keyed_hash(bytes); }

boost::asio::awaitable<std::chrono::seconds> SignInThrottle::async_begin(SignInAttempt& attempt) {
  const auto wait = begin(attempt);
  attempt.counted_here = wait.count() == 0;
  co_return wait;
}

boost::asio::awaitable<void> SignInThrottle::async_succeeded(SignInAttempt attempt) {
  succeeded(attempt);
  co_return;
}

boost::asio::awaitable<void> SignInThrottle::async_withdraw(SignInAttempt attempt) {
  withdraw(attempt);
  co_return;
}

unsigned SignInThrottle::failures(std::uint64_t subject) const {
  const std::lock_guard lock(state_->mutex);
  return static_cast<unsigned>(std::lround(state_->subject.level(subject, clock_.steady_now())));
}

}  // namespace gatehouse::limits
