#include "platform/telemetry/otlp_json.hpp"

#include <gtest/gtest.h>

#include <boost/json/value.hpp>
#include <map>
#include <set>
#include <string>

#include "platform/base/json.hpp"

namespace gatehouse::telemetry {
namespace {

namespace json = boost::json;

json::value parsed(const std::string& text) {
  const auto value = base::parse_json(text, {.depth = 32, .members = 100'000});
  EXPECT_TRUE(value) << text;
  return value ? *value : json::value();
}

std::string text(const json::value& value) { return std::string(value.as_string()); }

json::array spans_of(const std::string& message) {
  const auto request = parsed(message);
  return request.at("resourceSpans").at(0).at("scopeSpans").at(0).at("spans").as_array();
}

std::map<std::string, json::value> attributes(const json::value& owner) {
  std::map<std::string, json::value> found;
  for (const auto& attribute : owner.at("attributes").as_array()) {
    found[text(attribute.at("key"))] = attribute.at("value");
  }
  return found;
}

FinishedTrace traced(const char* traceparent, unsigned status = 200) {
  const auto trace = std::make_shared<Trace>(TraceContext::from_header(traceparent));
  const WorkingFor working(trace);
  {
    const Span outer("db.read");
    const Span inner("SELECT", SpanKind::client);
  }
  return {trace->close(), "POST", "/v1/login", status};
}

TEST(OtlpJson, writes_the_request_and_what_is_in_it_with_the_right_parents) {
  const FinishedTrace trace = traced("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
  const auto spans = spans_of(otlp_json({&trace, 1}, "one", "1.2"));
  ASSERT_EQ(spans.size(), 3U);
  for (const auto& span : spans) {
    EXPECT_EQ(text(span.at("traceId")), "4bf92f3577b34da6a3ce929d0e0e4736");
    EXPECT_LE(std::stoll(text(span.at("startTimeUnixNano"))), std::stoll(text(span.at("endTimeUnixNano"))));
  }
  EXPECT_EQ(text(spans[0].at("parentSpanId")), "00f067aa0ba902b7");
  EXPECT_EQ(spans[1].at("parentSpanId"), spans[0].at("spanId"));
  EXPECT_EQ(spans[2].at("parentSpanId"), spans[1].at("spanId"));
  EXPECT_EQ(text(spans[0].at("name")), "POST /v1/login");
  EXPECT_EQ(text(spans[2].at("name")), "SELECT");
  EXPECT_EQ(spans[0].at("kind"), 2);
  EXPECT_EQ(spans[1].at("kind"), 1);
  EXPECT_EQ(spans[2].at("kind"), 3);
}

TEST(OtlpJson, a_request_without_a_parent_is_a_root) {
  const FinishedTrace trace = traced("");
  EXPECT_FALSE(spans_of(otlp_json({&trace, 1}, "one", "1.2"))[0].as_object().contains("parentSpanId"));
}

TEST(OtlpJson, says_method_route_and_status_and_marks_what_is_our_fault) {
  const FinishedTrace trace = traced("", 503);
  const auto request = spans_of(otlp_json({&trace, 1}, "one", "1.2"))[0];
  const auto said = attributes(request);
  EXPECT_EQ(text(said.at("http.request.method").at("stringValue")), "POST");
  EXPECT_EQ(text(said.at("http.route").at("stringValue")), "/v1/login");
  EXPECT_EQ(text(said.at("http.response.status_code").at("intValue")), "503") << "64-bit numbers are text";
  EXPECT_EQ(said.size(), 3U);
  EXPECT_EQ(request.at("status").at("code"), 2);
  const FinishedTrace denied = traced("", 401);
  EXPECT_FALSE(spans_of(otlp_json({&denied, 1}, "one", "1.2"))[0].as_object().contains("status")) << "a no is no fault";
}

TEST(OtlpJson, names_the_service_and_the_process) {
  const FinishedTrace trace = traced("");
  const auto resource = parsed(otlp_json({&trace, 1}, "one", "1.2")).at("resourceSpans").at(0).at("resource");
  const auto said = attributes(resource);
  EXPECT_EQ(text(said.at("service.name").at("stringValue")), "gatehouse");
  EXPECT_EQ(text(said.at("service.version").at("stringValue")), "1.2");
  EXPECT_EQ(text(said.at("service.instance.id").at("stringValue")), "one");
}

TEST(OtlpJson, every_span_of_a_batch_has_an_identifier_of_its_own) {
  std::vector<FinishedTrace> batch;
  for (int i = 0; i < 100; ++i) batch.push_back(traced(""));
  std::set<std::string> identifiers;
  for (const auto& span : spans_of(otlp_json(batch, "one", "1.2"))) identifiers.insert(text(span.at("spanId")));
  EXPECT_EQ(identifiers.size(), 300U);
}

}  // namespace
}  // namespace gatehouse::telemetry
