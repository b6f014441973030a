#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "platform/base/clock.hpp"
#include "platform/telemetry/trace_context.hpp"

namespace gatehouse::telemetry {

class Metrics;

enum class Level { debug, info, warn, error };

// `debug`, `info`, `warn`, `error`; nothing for any other text.
[[nodiscard]] std::optional<Level> parse_level(std::string_view text);
[[nodiscard]] const char* to_string(Level level);

// Whatever hands out its content through expose() (base::Secret, text::Email, Personal) is not for the log.
template <class T>
concept Sensitive = requires(const T& value) { value.expose(); };

// Marks text that says something about a person, so that it cannot be logged by accident.
class Personal {
 public:
  explicit Personal(std::string text) : text_(std::move(text)) {}
  [[nodiscard]] const std::string& expose() const noexcept { return text_; }

 private:
  std::string text_;
};

// The value of a field: a number, a truth value, an identifier or the text of an enumeration. Text is only borrowed: it
// must live until the call that logs it returns. Sensitive types do not compile.
class FieldValue {
 public:
  using Value = std::variant<bool, std::int64_t, double, std::string_view>;

  template <class T>
    requires std::same_as<T, bool>
  FieldValue(T value) : value_(value) {}
  template <class T>
    requires(std::integral<T> && !std::same_as<T, bool>)
  FieldValue(T value) : value_(static_cast<std::int64_t>(value)) {}
  template <class T>
    requires std::floating_point<T>
  FieldValue(T value) : value_(static_cast<double>(value)) {}
  FieldValue(std::string_view value) : value_(value) {}
  FieldValue(const char* value) : value_(std::string_view(value)) {}
  FieldValue(const std::string& value) : value_(std::string_view(value)) {}
  template <Sensitive T>
  FieldValue(const T&) = delete;

  [[nodiscard]] const Value& value() const noexcept { return value_; }

 private:
  Value value_;
};

struct Field {
  std::string_view name;
  FieldValue value;
};
using Fields = std::initializer_list<Field>;

// Where lines go. Called by one thread at a time.
class LogSink {
 public:
  virtual ~LogSink() = default;
  // One event, without the line feed.
  virtual void write(std::string_view line) = 0;
};

struct LogOptions {
  Level level = Level::info;
  std::string file;                   // appended to; empty: standard error
  std::size_t queue_lines = 2048;     // waiting for the writer; 0: the caller writes itself (commands, tests)
  std::size_t max_field_bytes = 256;  // a longer text is cut
};

// Structured log: one event, one line of JSON (`ts` RFC 3339 in UTC, `level`, `event`, `trace_id`, the fields). Text
// from outside cannot break out of its line: control characters, line separators and bytes that are not UTF-8 are
// escaped.
//
// Never waits for the disk: lines go through a bounded queue to a thread of its own; when that is full the oldest line
// is dropped and counted. What is queued is written before the destructor returns. Thread-safe.
class Logger {
 public:
  // Throws std::runtime_error when the file can't be opened.
  Logger(const LogOptions& options, const base::Clock& clock);
  Logger(const LogOptions& options, const base::Clock& clock, std::shared_ptr<LogSink> sink);
  ~Logger();
  Logger(const Logger&) = delete;
  Logger& operator=(const Logger&) = delete;

  // `event` and the names of fields are literals in snake_case. `trace` ties the line to a request.
  void debug(std::string_view event, Fields fields = {}, const TraceContext* trace = nullptr);
  void info(std::string_view event, Fields fields = {}, const TraceContext* trace = nullptr);
  void warn(std::string_view event, Fields fields = {}, const TraceContext* trace = nullptr);
  void error(std::string_view event, Fields fields = {}, const TraceContext* trace = nullptr);

  [[nodiscard]] bool enabled(Level level) const noexcept { return level >= level_; }

  // Lines lost because the writer fell behind.
  [[nodiscard]] std::uint64_t dropped() const;

  // Publishes `gatehouse_telemetry_log_lines_dropped_total`. REQUIRES: the logger outlives the last scrape.
  void register_metrics(Metrics& metrics) const;

 private:
  struct Writer;  // spdlog stays behind it

  void log(Level level, std::string_view event, Fields fields, const TraceContext* trace);

  const Level level_;
  const std::size_t max_field_bytes_;
  const base::Clock& clock_;
  std::unique_ptr<Writer> writer_;
};

}  // namespace gatehouse::telemetry
