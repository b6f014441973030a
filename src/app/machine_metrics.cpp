#include "app/machine_metrics.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <cstdint>
#include <ctime>
#include <fstream>
#include <system_error>

#include "app/version.hpp"

namespace gatehouse::app {
namespace {

// 0 when it can't be read.
double entries_of(const char* folder) {
  std::error_code ignored;
  double count = 0;
  for (auto it = std::filesystem::directory_iterator(folder, ignored); it != std::filesystem::directory_iterator();
       it.increment(ignored)) {
    ++count;
  }
  return count;
}

double resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  double size = 0;
  double resident = 0;
  statm >> size >> resident;
  return resident * static_cast<double>(sysconf(_SC_PAGESIZE));
}

double cpu_seconds() {
  timespec used{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) * 1e-9;
}

double descriptor_limit() {
  rlimit limit{};
  return getrlimit(RLIMIT_NOFILE, &limit) == 0 ? static_cast<double>(limit.rlim_cur) : 0;
}

}  // namespace

void register_machine_metrics(telemetry::Metrics& metrics, const std::filesystem::path& data) {
  // By the names that every exporter gives them: what people have for other programs works for this one.
  metrics.gauge_from("process_resident_memory_bytes", "Resident memory.", {}, resident_bytes);
  metrics.counter_from("process_cpu_seconds_total", "Processor time.", {}, cpu_seconds);
  metrics.gauge_from("process_open_fds", "Open descriptors.", {}, [] { return entries_of("/proc/self/fd"); });
  metrics.gauge_from("process_max_fds", "Descriptors that may be open.", {}, descriptor_limit);
  const auto started = static_cast<double>(std::time(nullptr));
  metrics.gauge_from("process_start_time_seconds", "When the process started, in Unix time.", {},
                     [started] { return started; });
  metrics.gauge_from("gatehouse_app_info", "1; the version is in the label.", {{"version", kVersion}},
                     [] { return 1; });
  const auto space = [data](std::uintmax_t std::filesystem::space_info::*member) {
    std::error_code failed;
    const auto info = std::filesystem::space(data, failed);
    return failed ? 0.0 : static_cast<double>(info.*member);
  };
  metrics.gauge_from("gatehouse_app_data_free_bytes", "Free on the disk of the data folder.", {},
                     [space] { return space(&std::filesystem::space_info::available); });
  metrics.gauge_from("gatehouse_app_data_size_bytes", "Size of that disk.", {},
                     [space] { return space(&std::filesystem::space_info::capacity); });
}

}  // namespace gatehouse::app
