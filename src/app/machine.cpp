#include "app/machine.hpp"

#include <sched.h>
#include <sys/resource.h>

#include <algorithm>

namespace gatehouse::app {

std::size_t usable_cores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set) != 0) return 1;
  return static_cast<std::size_t>(std::max(1, CPU_COUNT(&set)));
}

std::size_t half_the_descriptors() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return 16'384;
  return std::max<std::size_t>(16, limit.rlim_cur / 2 - 1);
}

}  // namespace gatehouse::app
