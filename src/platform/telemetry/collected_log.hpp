#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "platform/base/clock.hpp"
#include "platform/telemetry/log.hpp"

namespace gatehouse::telemetry {

// For tests: a logger at level debug whose lines can be read as soon as the call that logs returns. Thread-safe.
class CollectedLog {
 public:
  [[nodiscard]] Logger& logger() noexcept { return logger_; }

  [[nodiscard]] std::vector<std::string> lines() const {
    const std::lock_guard lock(sink_->mutex);
    return sink_->lines;
  }

  // True when any line holds `text`: how a test looks for a canary.
  [[nodiscard]] bool contains(std::string_view text) const {
    for (const auto& line : lines()) {
      if (line.find(text) != std::string::npos) return true;
    }
    return false;
  }

 private:
  struct Sink final : LogSink {
    void write(std::string_view line) override {
      const std::lock_guard lock(mutex);
      lines.emplace_back(line);
    }
    std::mutex mutex;
    std::vector<std::string> lines;
  };

  base::FakeClock clock_;
  std::shared_ptr<Sink> sink_ = std::make_shared<Sink>();
  Logger logger_{{.level = Level::debug, .file = {}, .queue_lines = 0}, clock_, sink_};
};

}  // namespace gatehouse::telemetry
