#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/audit/event.hpp"
#include "platform/base/clock.hpp"

namespace gatehouse::identity {

// An event that operators are told of at once. What it holds is what the audit log holds: ids, numbers, words of
// enumerations.
struct Alert {
  std::string type;  // of the event
  base::TimePoint at{};
  std::string actor{};  // account ids; empty: none
  std::string subject{};
  std::string fields = "{}";    // a JSON object of strings
  std::uint32_t held_back = 0;  // earlier ones of this type that nobody was told of: too many at once

  // As one line of JSON, which is what a job of the queue holds and what a webhook is sent.
  [[nodiscard]] std::string to_json() const;
  // Nothing unless to_json() made it.
  [[nodiscard]] static std::optional<Alert> from_json(std::string_view text);
};

// In words, for a person: one line.
[[nodiscard]] std::string describe(const Alert& alert);

// Is this an event to be told at once? `privileged`: roles whose being given is one.
[[nodiscard]] bool is_alerting(const audit::RecordedEvent& event, const std::vector<std::string>& privileged);

}  // namespace gatehouse::identity
