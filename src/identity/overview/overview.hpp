#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "identity/overview/activity_store.hpp"
#include "platform/base/clock.hpp"
#include "platform/db/database.hpp"

namespace gatehouse::identity {

enum class OverviewSpan : std::uint8_t { day, week };

// How many there are, as far as it was counted: a page must not count millions of rows.
struct BoundedCount {
  static constexpr std::size_t kLimit = 10'000;
  std::size_t count = 0;  // kLimit: that many or more
};

struct OverviewView {
  BoundedCount accounts;
  BoundedCount sessions;           // live ones
  BoundedCount blocked_addresses;  // at the moment
  std::chrono::minutes bucket{0};
  std::vector<ActivityRow> buckets;  // without a gap, oldest first; the last is the one at hand
};

// What administrators see first, of all processes together. Thread-safe.
class Overview {
 public:
  // REQUIRES: both outlive it.
  Overview(db::Database& database, const base::Clock& clock) : database_(database), clock_(clock) {}

  // The last 24 hours in quarters of an hour, or seven days in hours. May be some seconds old.
  boost::asio::awaitable<OverviewView> show(OverviewSpan span);

 private:
  db::Database& database_;
  const base::Clock& clock_;
  const ActivityStore store_{};
};

}  // namespace gatehouse::identity
