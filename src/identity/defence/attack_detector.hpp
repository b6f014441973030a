#pragma once

#include <array>
#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "platform/base/clock.hpp"
#include "platform/limits/window_counter.hpp"

namespace gatehouse::identity {

enum class Attack : std::uint8_t {
  spraying,  // a few tries each on many accounts
  stuffing,  // lists of names and passwords of other services: mostly names that nobody has here
};
[[nodiscard]] std::string_view to_string(Attack attack);

struct AttackDetectorOptions {
  std::uint32_t spraying_accounts = 50;  // accounts at which somebody failed, in one window
  std::uint32_t stuffing_names = 50;     // names that nobody has, in one window
  double failure_share = 0.3;            // of all sign-ins from unknown devices, at least
  std::chrono::seconds window{15 * 60};
  std::chrono::seconds suspicion{15 * 60};  // how long one is suspected once it was noticed
};

// Notices attacks that no single account or address shows: how many different accounts and names sign-ins failed at
// lately, and how large a share of all they are. Knows neither passwords nor names, only how many were new in their
// window. Where processes count together, they suspect together. Thread-safe.
class AttackDetector {
 public:
  // REQUIRES: counter and clock outlive it.
  AttackDetector(AttackDetectorOptions options, limits::WindowCounter& counter, const base::Clock& clock)
      : options_(options), counter_(counter), clock_(clock) {}

  // A sign-in from an unknown device failed. `first`: the first of its name's window. The attack that is suspected from
  // now on, told to one caller in all processes.
  boost::asio::awaitable<std::optional<Attack>> failed(bool known_account, bool first);
  boost::asio::awaitable<void> succeeded();

  struct View {
    std::optional<Attack> suspected{};
    std::vector<Attack> over{};  // since the last look, each told to one caller in all processes
  };
  // Asks where processes count together once a second at most; else what it knew then.
  boost::asio::awaitable<View> look();

 private:
  static constexpr std::size_t kAttacks = 2;
  [[nodiscard]] std::optional<Attack> known() const;

  const AttackDetectorOptions options_;
  limits::WindowCounter& counter_;
  const base::Clock& clock_;
  std::array<std::atomic<bool>, kAttacks> suspected_{};
  std::atomic<std::int64_t> next_look_{0};  // of the steady clock, in its own ticks
};

}  // namespace gatehouse::identity
