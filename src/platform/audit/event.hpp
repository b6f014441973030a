#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/base/clock.hpp"
#include "platform/base/uuid.hpp"

namespace gatehouse::audit {

// Ids, numbers and words of enumerations; never personal data, never what a client sent as it sent it.
struct Field {
  std::string_view name;  // a literal in snake_case
  std::string value;      // beyond kMaxValueBytes it is cut
};

inline constexpr std::size_t kMaxFields = 16;
inline constexpr std::size_t kMaxValueBytes = 256;

struct Event {
  std::string_view type;                // a literal of event_types.hpp
  std::optional<base::Uuid> actor{};    // whose act: an account; none: the system, an operator (by=operator) or nobody
  std::optional<base::Uuid> subject{};  // the account concerned
  std::vector<Field> fields{};
};

// Whose act something is, for what a person, an operator and the program itself can do. Neither: the program.
struct Author {
  std::optional<base::Uuid> account{};
  bool is_operator = false;  // a command
};
[[nodiscard]] Event by(const Author& author, Event event);

// An event as it stands in the log.
struct RecordedEvent {
  std::int64_t seq = 0;  // unique, but neither gapless nor in the order of the commits
  base::TimePoint at{};
  std::string type;
  std::optional<base::Uuid> actor{};
  std::optional<base::Uuid> subject{};
  std::string fields;  // a JSON object on one line, as it is stored
};

}  // namespace gatehouse::audit
