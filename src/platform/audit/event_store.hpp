#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "platform/audit/event.hpp"
#include "platform/base/clock.hpp"
#include "platform/db/transaction.hpp"

namespace gatehouse::audit {

struct EventFilter {
  static constexpr std::size_t kMaxTypes = 24;

  std::span<const std::string_view> types{};  // any of them; empty: every type. At most kMaxTypes
  std::optional<base::Uuid> subject{};
  std::optional<base::Uuid> actor{};
  base::TimePoint from{};                                              // inclusive
  base::TimePoint until{base::from_unix_ms(253'402'300'800'000)};      // exclusive
  std::int64_t before_seq = std::numeric_limits<std::int64_t>::max();  // exclusive: where an earlier page ended
  std::size_t limit = 50;
};

// Reads the log (table `audit_event`). Stateless; works inside the caller's transaction; thread-safe.
class EventStore {
 public:
  // What the filter lets through, the highest number first, at most `limit`.
  [[nodiscard]] std::vector<RecordedEvent> page(db::Transaction& tx, const EventFilter& filter) const;
  // Numbers from `first` to `last`, in their order, at most `limit`.
  [[nodiscard]] std::vector<RecordedEvent> range(db::Transaction& tx, std::int64_t first, std::int64_t last,
                                                 std::size_t limit) const;
  // The numbers alone.
  [[nodiscard]] std::vector<std::int64_t> numbers(db::Transaction& tx, std::int64_t first, std::int64_t last) const;
  // Retention: only up to the checkpoint, or the database refuses. Returns how many went.
  std::size_t remove(db::Transaction& tx, std::int64_t first, std::int64_t last) const;
};

}  // namespace gatehouse::audit
