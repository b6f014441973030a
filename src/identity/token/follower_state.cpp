#include "identity/token/follower_state.hpp"

#include <algorithm>

namespace gatehouse::identity {

void FollowerState::saw(std::int64_t seq, base::TimePoint now) {
  if (seq <= head_) return fill(seq);
  if (seq > head_ + 1) gaps_.push_back({.first = head_ + 1, .last = seq - 1, .noticed = now});
  head_ = seq;
  if (gaps_.size() <= kMaxGaps) return;
  gaps_[1].first = gaps_[0].first;  // and the later of the two times
  gaps_.erase(gaps_.begin());
}

void FollowerState::fill(std::int64_t seq) {
  const auto gap = std::ranges::lower_bound(gaps_, seq, {}, &Gap::last);
  if (gap == gaps_.end() || gap->first > seq) return;  // seen before
  const Gap rest{.first = seq + 1, .last = gap->last, .noticed = gap->noticed};
  gap->last = seq - 1;
  const bool nothing_before = gap->first > gap->last;
  const bool nothing_behind = rest.first > rest.last;
  if (nothing_before && nothing_behind) {
    gaps_.erase(gap);
  } else if (nothing_before) {
    *gap = rest;
  } else if (!nothing_behind) {
    gaps_.insert(gap + 1, rest);
  }
}

void FollowerState::forget(base::TimePoint then) {
  std::erase_if(gaps_, [&](const Gap& gap) { return gap.noticed <= then; });
}

}  // namespace gatehouse::identity
