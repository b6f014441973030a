#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "platform/base/clock.hpp"

namespace gatehouse::identity {

// How far a follower of the revocation log has come. A database server gives a row its seq before the row's transaction
// commits: rows become visible out of order, and one that is rolled back leaves its seq unused. So what lies below the
// head and was not there is a gap, which is asked for again until nothing in it can matter any more.
class FollowerState {
 public:
  struct Gap {
    std::int64_t first = 0;
    std::int64_t last = 0;
    base::TimePoint noticed;
  };
  static constexpr std::size_t kMaxGaps = 1024;  // beyond, neighbours become one, and rows between them are read again

  // Every seq up to here was seen, or is in a gap.
  [[nodiscard]] std::int64_t head() const noexcept { return head_; }
  [[nodiscard]] const std::vector<Gap>& gaps() const noexcept { return gaps_; }  // by seq, apart from each other

  // A row was seen; `now`: since when what was skipped is missing.
  void saw(std::int64_t seq, base::TimePoint now);
  // Drops the gaps that were noticed up to `then`.
  void forget(base::TimePoint then);

 private:
  void fill(std::int64_t seq);

  std::int64_t head_ = 0;
  std::vector<Gap> gaps_;
};

}  // namespace gatehouse::identity
