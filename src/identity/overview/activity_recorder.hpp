#pragma once

#include <functional>

#include "identity/overview/activity.hpp"
#include "identity/overview/activity_store.hpp"
#include "platform/base/clock.hpp"
#include "platform/base/random.hpp"
#include "platform/base/uuid.hpp"
#include "platform/db/database.hpp"

namespace gatehouse::identity {

// Brings what this process has done into its row of the slot at hand. What can't be written now counts with the next
// row that can; a process that is killed loses at most what it did since the last call. For one thread.
class ActivityRecorder {
 public:
  // `read`: what was done since the start, as read_activity. REQUIRES: database, clock and random outlive it.
  ActivityRecorder(db::Database& database, const base::Clock& clock, base::Random& random,
                   std::function<Activity()> read)
      : database_(database), clock_(clock), random_(random), read_(std::move(read)) {}

  // To be called every minute or so, and at the end. Writes nothing where nothing was done. Blocks. Throws
  // base::Unavailable.
  void record();

 private:
  db::Database& database_;
  const base::Clock& clock_;
  base::Random& random_;
  const std::function<Activity()> read_;
  const ActivityStore store_{};
  Activity recorded_{};  // of all that was read, what is in some row
  base::Uuid id_{};      // of the row at hand; nil: none yet
  ActivityRow row_{};
};

}  // namespace gatehouse::identity
