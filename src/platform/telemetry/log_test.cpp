#include "platform/telemetry/log.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <boost/json/parse.hpp>
#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <limits>
#include <mutex>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

#include "platform/base/secret.hpp"
#include "platform/telemetry/collected_log.hpp"
#include "platform/telemetry/metrics.hpp"

namespace gatehouse::telemetry {
namespace {

// L02: what must not be seen does not compile into a line.
static_assert(!std::is_constructible_v<FieldValue, base::Secret>);
static_assert(!std::is_constructible_v<FieldValue, const base::Secret&>);
static_assert(!std::is_constructible_v<FieldValue, Personal>);
static_assert(!std::is_convertible_v<Personal, FieldValue>);
static_assert(std::is_convertible_v<std::string, FieldValue>);

boost::json::object parse(const std::string& line) { return boost::json::parse(line).as_object(); }

TEST(Log, writes_one_json_object_an_event) {
  CollectedLog log;
  const auto trace = TraceContext::from_header("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
  log.logger().info("session_ended",
                    {{"reason", "logout"}, {"count", 3}, {"ratio", 0.5}, {"first", true}, {"id", std::string("abc")}},
                    &trace);
  ASSERT_EQ(log.lines().size(), 1U);
  EXPECT_EQ(log.lines()[0], R"({"ts":"2027-01-15T08:00:00.000Z","level":"info","event":"session_ended",)"
                            R"("trace_id":"4bf92f3577b34da6a3ce929d0e0e4736",)"
                            R"("reason":"logout","count":3,"ratio":0.5,"first":true,"id":"abc"})");
}

// L01: CR/LF/ANSI/JSON-breaking input from outside stays inside its line and its string.
TEST(Log, L01_escapes_whatever_could_break_out_of_the_line) {
  const std::string cases[] = {
      "a\r\n{\"event\":\"forged\"}",
      "\x1b[31mred\x1b[0m",
      "\",\"level\":\"debug",
      "back\\slash",
      std::string("nul\0!", 5),
      "del\x7f",
      "c1\xc2\x9b"
      "31m",
      "line\xe2\x80\xa8separator",
      "rtl\xe2\x80\xae"
      "evil",
      "tab\t",
  };
  for (const auto& text : cases) {
    CollectedLog log;
    log.logger().warn("bad_request", {{"agent", text}});
    ASSERT_EQ(log.lines().size(), 1U);
    const std::string line = log.lines()[0];
    for (const char c : line) EXPECT_TRUE(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f) << line;
    EXPECT_EQ(line.find("\xc2\x9b"), std::string::npos);
    EXPECT_EQ(line.find("\xe2\x80\xa8"), std::string::npos);
    EXPECT_EQ(line.find("\xe2\x80\xae"), std::string::npos);
    const auto object = parse(line);
    EXPECT_EQ(object.size(), 4U) << line;
    EXPECT_EQ(object.at("agent").as_string(), text);  // nothing is lost either
  }
}

TEST(Log, L01_replaces_bytes_that_are_not_utf8) {
  const std::string cases[] = {"\xff",     "\xc0\xaf", "\xed\xa0\x80",    "\xf4\x90\x80\x80",
                               "\xe2\x82", "\x80",     "\xf8\x88\x80\x80"};
  for (const auto& text : cases) {
    CollectedLog log;
    log.logger().info("e", {{"agent", "<" + text + ">"}});
    const auto object = parse(log.lines().at(0));
    std::string expected = "<";
    for (std::size_t i = 0; i < text.size(); ++i) expected += "\xef\xbf\xbd";
    EXPECT_EQ(object.at("agent").as_string(), expected + ">");
  }
}

TEST(Log, cuts_long_fields_between_characters) {
  CollectedLog log;
  log.logger().info("e", {{"agent", std::string(100'000, 'x')}, {"other", std::string(255, 'x') + "é"}});
  const auto object = parse(log.lines().at(0));
  EXPECT_EQ(object.at("agent").as_string(), std::string(256, 'x') + "…");
  EXPECT_EQ(object.at("other").as_string(), std::string(255, 'x') + "…");
}

TEST(Log, writes_null_for_numbers_json_does_not_have) {
  CollectedLog log;
  log.logger().info("e",
                    {{"a", std::numeric_limits<double>::infinity()}, {"b", std::numeric_limits<double>::quiet_NaN()}});
  EXPECT_TRUE(parse(log.lines().at(0)).at("a").is_null());
  EXPECT_TRUE(parse(log.lines().at(0)).at("b").is_null());
}

TEST(Log, leaves_out_what_is_below_its_level) {
  struct Counting final : LogSink {
    void write(std::string_view) override { ++lines; }
    int lines = 0;
  };
  const auto sink = std::make_shared<Counting>();
  const base::FakeClock clock;
  Logger log({.level = Level::warn, .file = {}, .queue_lines = 0}, clock, sink);
  log.debug("a");
  log.info("b");
  log.warn("c");
  log.error("d");
  EXPECT_EQ(sink->lines, 2);
}

TEST(Log, knows_its_levels_by_name_only) {
  EXPECT_EQ(parse_level("warn"), Level::warn);
  EXPECT_EQ(parse_level("debug"), Level::debug);
  for (const char* text : {"", "WARN", "warning", "trace", "warn "}) EXPECT_FALSE(parse_level(text)) << text;
}

// Holds the writer until told, as a full disk would.
struct StuckSink final : LogSink {
  void write(std::string_view line) override {
    std::unique_lock lock(mutex);
    entered = true;
    changed.notify_all();
    changed.wait(lock, [&] { return open; });
    lines.emplace_back(line);
  }
  std::mutex mutex;
  std::condition_variable changed;
  bool entered = false;
  bool open = false;
  std::vector<std::string> lines;
};

TEST(Log, drops_the_oldest_lines_rather_than_wait_for_a_stuck_writer) {
  const auto sink = std::make_shared<StuckSink>();
  const base::FakeClock clock;
  Metrics metrics;
  {
    Logger log({.level = Level::info, .file = {}, .queue_lines = 8}, clock, sink);
    log.register_metrics(metrics);
    log.info("first");
    {
      std::unique_lock lock(sink->mutex);
      sink->changed.wait(lock, [&] { return sink->entered; });
    }
    for (int i = 0; i < 100; ++i) log.info("later", {{"n", i}});  // returns though nobody writes
    EXPECT_EQ(log.dropped(), 92U);
    EXPECT_NE(metrics.render().find("gatehouse_telemetry_log_lines_dropped_total 92"), std::string::npos);
    const std::lock_guard lock(sink->mutex);
    sink->open = true;
    sink->changed.notify_all();
  }
  ASSERT_EQ(sink->lines.size(), 9U);  // what was queued is written before the logger goes
  EXPECT_NE(sink->lines.back().find("\"n\":99"), std::string::npos);
}

TEST(Log, keeps_lines_of_many_threads_whole_in_a_file) {
  std::string folder = (std::filesystem::temp_directory_path() / "gatehouse_log_XXXXXX").string();
  ASSERT_NE(mkdtemp(folder.data()), nullptr);
  const std::string file = folder + "/log.jsonl";
  const base::SystemClock clock;
  {
    Logger log({.level = Level::info, .file = file, .queue_lines = 10'000}, clock);
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < 500; ++i) log.info("e", {{"text", "line\nbreak"}});
      });
    }
    for (auto& thread : threads) thread.join();
  }
  std::ifstream in(file);
  int lines = 0;
  for (std::string line; std::getline(in, line); ++lines) EXPECT_EQ(parse(line).at("text").as_string(), "line\nbreak");
  EXPECT_EQ(lines, 2000);
  std::filesystem::remove_all(folder);
}

TEST(Log, says_which_file_cannot_be_opened) {
  const base::FakeClock clock;
  try {
    const Logger log({.level = Level::info, .file = "/proc/no/such/log"}, clock);
    FAIL() << "opened";
  } catch (const std::runtime_error& e) {
    EXPECT_NE(std::string(e.what()).find("/proc/no/such/log"), std::string::npos);
  }
}

}  // namespace
}  // namespace gatehouse::telemetry
