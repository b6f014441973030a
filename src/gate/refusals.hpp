#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "contract/ids.hpp"
#include "gate/reason.hpp"

namespace gatehouse::gate {

// Checks that were answered 403, alike in everything that is kept of them. Nothing in it is of the client's choice.
struct Refusal {
  std::optional<contract::AccountId> account{};  // nothing: the token was not looked at, or there was none
  Reason reason = Reason::not_permitted;
  std::size_t rule = 0;       // its place in gate.rules, from 1 on; 0: gate.default, or no rule was looked for
  std::string_view method{};  // a literal: GET …, or `other`
  std::uint64_t times = 1;
};

// Whether a check that ended so is kept.
[[nodiscard]] constexpr bool is_kept(Reason reason) {
  return reason == Reason::not_permitted || reason == Reason::denied_by_rule || reason == Reason::bad_request ||
         reason == Reason::untrusted_proxy;
}
// The literal for what a proxy said.
[[nodiscard]] std::string_view method_name(std::string_view method);

// The refusals of one loop, until somebody takes them: its place is fixed, so that a flood costs neither memory nor
// anything but a look through it. Used by the loop's thread alone, but for dropped().
class Refusals {
 public:
  static constexpr std::size_t kMostKept = 64;

  Refusals() { kept_.reserve(kMostKept); }

  void note(const Refusal& refusal) noexcept;
  // What was noted since the last call.
  [[nodiscard]] std::vector<Refusal> take();
  // Those that no place was left for. Thread-safe.
  [[nodiscard]] std::uint64_t dropped() const noexcept { return dropped_.load(std::memory_order_relaxed); }

 private:
  std::vector<Refusal> kept_;
  std::atomic<std::uint64_t> dropped_{0};
};

}  // namespace gatehouse::gate
