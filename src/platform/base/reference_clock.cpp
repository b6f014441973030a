#include "platform/base/reference_clock.hpp"

#include <algorithm>

namespace gatehouse::base {

bool ReferenceClock::hear(TimePoint shown, SteadyPoint earliest, SteadyPoint latest) {
  const auto middle = earliest + (latest - earliest) / 2;
  const auto doubt = std::chrono::ceil<std::chrono::milliseconds>((latest - earliest) / 2) + kTolerance;
  const std::int64_t heard = to_unix_ms(shown) - since_start(middle).count();
  const std::int64_t known = offset_.load(std::memory_order_relaxed);
  const auto apart = std::chrono::milliseconds(std::max(heard, known) - std::min(heard, known));
  if (apart <= doubt) return false;
  offset_.store(heard, std::memory_order_relaxed);
  return true;
}

}  // namespace gatehouse::base
