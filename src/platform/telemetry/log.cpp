#include "platform/telemetry/log.hpp"

#include <spdlog/async_logger.h>
#include <spdlog/details/thread_pool.h>
#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <mutex>
#include <stdexcept>

#include "platform/telemetry/json_line.hpp"
#include "platform/telemetry/metrics.hpp"

namespace gatehouse::telemetry {

namespace {

class SinkAdapter final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  explicit SinkAdapter(std::shared_ptr<LogSink> target) : target_(std::move(target)) {}

 private:
  void sink_it_(const spdlog::details::log_msg& message) override {
    target_->write({message.payload.data(), message.payload.size()});
  }
  void flush_() override {}

  std::shared_ptr<LogSink> target_;
};

spdlog::sink_ptr open_sink(const std::string& file) {
  if (file.empty()) return std::make_shared<spdlog::sinks::stderr_sink_mt>();
  try {
    return std::make_shared<spdlog::sinks::basic_file_sink_mt>(file);
  } catch (const spdlog::spdlog_ex& e) {
    throw std::runtime_error("cannot open the log file " + file + ": " + e.what());
  }
}

}  // namespace

struct Logger::Writer {
  Writer(spdlog::sink_ptr sink, std::size_t queue_lines) {
    if (queue_lines == 0) {
      logger = std::make_shared<spdlog::logger>("gatehouse", std::move(sink));
    } else {
      pool = std::make_shared<spdlog::details::thread_pool>(queue_lines, 1);
      // Overrun, not block: a slow disk must not stop an event loop.
      logger = std::make_shared<spdlog::async_logger>("gatehouse", std::move(sink), pool,
                                                      spdlog::async_overflow_policy::overrun_oldest);
    }
    logger->set_level(spdlog::level::trace);
    logger->flush_on(spdlog::level::trace);  // a line is worth most just before a crash
    // The line is finished: spdlog adds the line feed only.
    logger->set_formatter(std::make_unique<spdlog::pattern_formatter>("%v"));
  }

  // The pool first: its end waits for the queue, which holds references to the logger.
  std::shared_ptr<spdlog::logger> logger;
  std::shared_ptr<spdlog::details::thread_pool> pool;
};

std::optional<Level> parse_level(std::string_view text) {
  for (const Level level : {Level::debug, Level::info, Level::warn, Level::error}) {
    if (text == to_string(level)) return level;
  }
  return std::nullopt;
}

const char* to_string(Level level) {
  switch (level) {
    case Level::debug: return "debug";
    case Level::info: return "info";
    case Level::warn: return "warn";
    case Level::error: break;
  }
  return "error";
}

Logger::Logger(const LogOptions& options, const base::Clock& clock)
    : level_(options.level),
      max_field_bytes_(options.max_field_bytes),
      clock_(clock),
      writer_(std::make_unique<Writer>(open_sink(options.file), options.queue_lines)) {}

Logger::Logger(const LogOptions& options, const base::Clock& clock, std::shared_ptr<LogSink> sink)
    : level_(options.level),
      max_field_bytes_(options.max_field_bytes),
      clock_(clock),
      writer_(std::make_unique<Writer>(std::make_shared<SinkAdapter>(std::move(sink)), options.queue_lines)) {}

Logger::~Logger() = default;

void Logger::debug(std::string_view event, Fields fields, const TraceContext* trace) {
  log(Level::debug, event, fields, trace);
}
void Logger::info(std::string_view event, Fields fields, const TraceContext* trace) {
  log(Level::info, event, fields, trace);
}
void Logger::warn(std::string_view event, Fields fields, const TraceContext* trace) {
  log(Level::warn, event, fields, trace);
}
void Logger::error(std::string_view event, Fields fields, const TraceContext* trace) {
  log(Level::error, event, fields, trace);
}

void Logger::log(Level level, std::string_view event, Fields fields, const TraceContext* trace) {
  if (!enabled(level)) return;
  const std::string line = json_line(clock_.now(), level, event, fields, trace, max_field_bytes_);
  writer_->logger->log(spdlog::level::info, spdlog::string_view_t(line.data(), line.size()));
}

std::uint64_t Logger::dropped() const {
  return writer_->pool ? static_cast<std::uint64_t>(writer_->pool->overrun_counter()) : 0;
}

void Logger::register_metrics(Metrics& metrics) const {
  metrics.counter_from("gatehouse_telemetry_log_lines_dropped_total", "Log lines lost because the writer fell behind.",
                       {}, [this] { return static_cast<double>(dropped()); });
}

}  // namespace gatehouse::telemetry
