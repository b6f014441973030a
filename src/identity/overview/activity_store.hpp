#pragma once

#include <cstddef>
#include <vector>

#include "identity/overview/activity.hpp"
#include "platform/base/clock.hpp"
#include "platform/base/uuid.hpp"
#include "platform/db/transaction.hpp"

namespace gatehouse::identity {

struct ActivityRow {
  base::TimePoint slot;  // when it began
  Activity activity;     // of one process
};

// The table `activity`. Stateless; works inside the caller's transaction; thread-safe.
class ActivityStore {
 public:
  static constexpr std::chrono::hours kKept{24 * 8};

  // The row of this id is this, whatever it was.
  void put(db::Transaction& tx, base::Uuid id, const ActivityRow& row) const;
  // All of slots that began at `from` or later, by slot.
  [[nodiscard]] std::vector<ActivityRow> since(db::Transaction& tx, base::TimePoint from) const;
  // Removes what is older than kKept; at most `limit`, returns how many.
  std::size_t sweep(db::Transaction& tx, base::TimePoint now, std::size_t limit) const;
};

}  // namespace gatehouse::identity
