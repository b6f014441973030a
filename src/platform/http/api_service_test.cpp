#include "platform/http/api_service.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "platform/base/unavailable.hpp"
#include "platform/telemetry/collected_log.hpp"

namespace gatehouse::http {
namespace {

std::string header_of(const Response& response, std::string_view name) {
  for (const auto& [header, value] : response.headers) {
    if (header == name) return value;
  }
  return "absent";
}

Route row(Method method, std::string path, RateClass rate, Handler handler) {
  Route route;
  route.method = method;
  route.path = std::move(path);
  route.rate = rate;
  route.body_limit = 100;
  route.deadline = std::chrono::milliseconds(123);
  route.handler = std::move(handler);
  return route;
}

boost::asio::awaitable<Response> good(Request&) { co_return empty_response(); }
boost::asio::awaitable<Response> cannot_decide(Request&) {
  throw base::Unavailable("hash_queue_full", std::chrono::seconds(7));
  co_return empty_response();
}
boost::asio::awaitable<Response> fails(Request&) {
  throw std::runtime_error("column secret_42 is locked");
  co_return empty_response();
}

std::vector<Route> rows() {
  std::vector<Route> all;
  all.push_back(row(Method::get, "/good/{id}", RateClass::everything, good));
  all.push_back(row(Method::post, "/sign-in", RateClass::sign_in, good));
  all.push_back(row(Method::post, "/register", RateClass::registration, good));
  all.push_back(row(Method::get, "/undecided", RateClass::everything, cannot_decide));
  all.push_back(row(Method::get, "/broken", RateClass::everything, fails));
  return all;
}

class ApiServiceTest : public testing::Test {
 protected:
  // As the connection does: what admission refuses, no handler sees.
  Response ask(Method method, std::string_view path, const char* client = "192.0.2.1") {
    return ask(method, path, client, service);
  }
  Response ask(Method method, std::string_view path, const char* client, ApiService& asked) {
    const auto request = std::make_unique<Request>();
    request->method = method;
    request->method_text = method == Method::get ? "GET" : "POST";
    request->path = path;
    request->client = *base::IpAddress::parse(client);
    auto admission = asked.admit(*request);
    trace = request->trace.trace_id_hex();
    if (admission.refusal) return *admission.refusal;
    std::optional<Response> answer;
    boost::asio::io_context loop(1);
    boost::asio::co_spawn(loop, asked.handle(*request, admission), [&](std::exception_ptr error, Response response) {
      EXPECT_FALSE(error) << "a service does not throw";
      answer = std::move(response);
    });
    loop.run();
    return answer.value_or(Response{});
  }

  base::FakeClock clock;
  telemetry::CollectedLog log;
  telemetry::Metrics metrics;
  ApiService service{rows(), ApiRates{{100, 10}, {2, 0.5}, {1, 0.1}}, clock, log.logger(), metrics};
  std::string trace;
};

TEST_F(ApiServiceTest, answers_and_tells_the_limits) {
  const auto response = ask(Method::get, "/good/1");
  EXPECT_EQ(response.status, 204U);
  EXPECT_EQ(header_of(response, "RateLimit-Policy"), "\"everything\";q=100;w=10");
  EXPECT_EQ(header_of(response, "RateLimit"), "\"everything\";r=99;t=1");
}

TEST_F(ApiServiceTest, admission_carries_the_routes_own_limits) {
  const auto request = std::make_unique<Request>();
  request->method = Method::get;
  request->path = "/good/1";
  const auto admission = service.admit(*request);
  EXPECT_EQ(admission.body_limit, 100U);
  EXPECT_EQ(admission.deadline, std::chrono::milliseconds(123));
}

TEST_F(ApiServiceTest, where_there_is_no_route_somebody_else_may_answer) {
  service.on_stray([](const Request& request) -> std::optional<Response> {
    if (request.path != "/stray") return std::nullopt;
    return empty_response(303);
  });
  EXPECT_EQ(ask(Method::get, "/stray").status, 303U);
  EXPECT_EQ(ask(Method::get, "/other").status, 404U);
  EXPECT_EQ(ask(Method::post, "/good/7").status, 405U);
}

TEST_F(ApiServiceTest, an_unknown_address_is_404_and_another_method_405) {
  const auto missing = ask(Method::get, "/nowhere");
  EXPECT_EQ(missing.status, 404U);
  EXPECT_NE(missing.body.find("\"type\":\"/problems/not-found\""), std::string::npos);
  EXPECT_NE(missing.body.find("\"error_id\":\"" + trace + "\""), std::string::npos);
  const auto wrong = ask(Method::get, "/sign-in");
  EXPECT_EQ(wrong.status, 405U);
  EXPECT_EQ(header_of(wrong, "Allow"), "POST");
}

TEST_F(ApiServiceTest, G10_sign_ins_have_a_tier_of_their_own_for_each_client) {
  EXPECT_EQ(ask(Method::post, "/sign-in").status, 204U);
  EXPECT_EQ(ask(Method::post, "/sign-in").status, 204U);
  const auto refused = ask(Method::post, "/sign-in");
  EXPECT_EQ(refused.status, 429U);
  EXPECT_EQ(header_of(refused, "Retry-After"), "2");
  EXPECT_EQ(header_of(refused, "RateLimit"), "\"sign-in\";r=0;t=2");
  EXPECT_EQ(refused.content_type, "application/problem+json");
  EXPECT_EQ(ask(Method::get, "/good/1").status, 204U) << "the other tier has room";
  EXPECT_EQ(ask(Method::post, "/sign-in", "192.0.2.2").status, 204U) << "so has the other client";
  clock.advance(std::chrono::seconds(2));
  EXPECT_EQ(ask(Method::post, "/sign-in").status, 204U);
}

TEST_F(ApiServiceTest, G10_rotating_addresses_of_one_64_network_is_one_client) {
  EXPECT_EQ(ask(Method::post, "/register", "2001:db8::1").status, 204U);
  EXPECT_EQ(ask(Method::post, "/register", "2001:db8::ffff:1").status, 429U);
  EXPECT_EQ(ask(Method::post, "/register", "2001:db8:0:1::1").status, 204U);
}

// Another process has used up what they have together.
class UsedUp final : public limits::SharedRateLimiter {
 public:
  boost::asio::awaitable<limits::Decision> take(std::string_view subject) override {
    subjects.emplace_back(subject);
    co_return limits::Decision{
        .allowed = false, .limit = 2, .remaining = 0, .reset = {}, .retry_after = std::chrono::seconds(7)};
  }
  [[nodiscard]] limits::Rate rate() const noexcept override { return {2, 0.5}; }
  std::vector<std::string> subjects;
};

TEST_F(ApiServiceTest, G10_a_tier_that_processes_count_together_refuses_for_all_of_them) {
  UsedUp used_up;
  telemetry::Metrics other_metrics;
  ApiService shared{rows(), ApiRates{{100, 10}, {2, 0.5}, {9, 9}, 100, &used_up, nullptr}, clock, log.logger(),
                    other_metrics};
  const auto refused = ask(Method::post, "/sign-in", "2001:db8::1", shared);
  EXPECT_EQ(refused.status, 429U);
  EXPECT_EQ(header_of(refused, "Retry-After"), "7");
  EXPECT_EQ(header_of(refused, "RateLimit"), "\"sign-in\";r=0;t=7");
  (void)ask(Method::post, "/sign-in", "2001:db8::2", shared);
  ASSERT_EQ(used_up.subjects.size(), 2U);
  EXPECT_EQ(used_up.subjects[0], used_up.subjects[1]) << "one /64 network is one client";
  EXPECT_EQ(ask(Method::post, "/register", "192.0.2.1", shared).status, 204U);
  EXPECT_EQ(ask(Method::get, "/good/1", "192.0.2.1", shared).status, 204U);
  // What this process alone would refuse does not reach the others.
  EXPECT_EQ(ask(Method::post, "/sign-in", "2001:db8::3", shared).status, 429U);
  EXPECT_EQ(used_up.subjects.size(), 2U);
}

TEST_F(ApiServiceTest, G11_probing_for_aliases_counts_like_any_request) {
  for (int i = 0; i < 100; ++i) EXPECT_EQ(ask(Method::post, "/sign-in/").status, 404U);
  EXPECT_EQ(ask(Method::post, "//sign-in").status, 429U);
  EXPECT_EQ(ask(Method::get, "/good/1").status, 429U);
}

TEST_F(ApiServiceTest, what_could_not_be_decided_is_503_and_when_to_come_back) {
  const auto response = ask(Method::get, "/undecided");
  EXPECT_EQ(response.status, 503U);
  EXPECT_EQ(header_of(response, "Retry-After"), "7");
  EXPECT_EQ(response.body.find("hash_queue_full"), std::string::npos) << "the reason is for us";
  EXPECT_TRUE(log.contains("hash_queue_full"));
  EXPECT_NE(metrics.render().find("gatehouse_http_unavailable_total{reason=\"hash_queue_full\"} 1"), std::string::npos);
  EXPECT_NE(header_of(response, "RateLimit"), "absent") << "on bad answers, too";
}

TEST_F(ApiServiceTest, a_failure_is_500_without_detail_and_found_in_the_log_by_its_error_id) {
  const auto response = ask(Method::get, "/broken");
  EXPECT_EQ(response.status, 500U);
  EXPECT_EQ(response.body.find("secret_42"), std::string::npos);
  EXPECT_NE(response.body.find("\"error_id\":\"" + trace + "\""), std::string::npos);
  EXPECT_TRUE(log.contains(trace));
  EXPECT_TRUE(log.contains("request_failed"));
}

// L01, L02: the log has the route, never what the client wrote.
TEST_F(ApiServiceTest, L01_a_request_is_one_log_line_without_the_clients_text) {
  ASSERT_EQ(ask(Method::get, "/good/%0d%0a\x1b[31mcanary\"}{").status, 204U);
  const auto lines = log.lines();
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_NE(lines[0].find("\"route\":\"/good/{id}\""), std::string::npos) << lines[0];
  EXPECT_EQ(lines[0].find("canary"), std::string::npos);
  EXPECT_EQ(lines[0].find_first_of("\r\n\x1b"), std::string::npos);
  EXPECT_EQ(metrics.render().find("canary"), std::string::npos);
}

TEST_F(ApiServiceTest, counts_answers_by_route_and_class) {
  (void)ask(Method::get, "/good/1");
  (void)ask(Method::get, "/broken");
  const auto text = metrics.render();
  EXPECT_NE(text.find("gatehouse_http_requests_total{method=\"GET\",route=\"/good/{id}\",status=\"2xx\"} 1"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("route=\"/broken\",status=\"5xx\"} 1"), std::string::npos);
}

TEST_F(ApiServiceTest, refuses_by_form_with_a_problem) {
  const auto request = std::make_unique<Request>();
  for (const unsigned status : {400U, 408U, 413U, 414U, 417U, 431U, 505U}) {
    const auto response = service.refuse(status, *request);
    EXPECT_EQ(response.status, status);
    EXPECT_EQ(header_of(response, "Retry-After"), "absent");
  }
  EXPECT_EQ(header_of(service.refuse(503, *request), "Retry-After"), "1");
  EXPECT_NE(metrics.render().find("gatehouse_http_unavailable_total{reason=\"deadline\"} 1\n"), std::string::npos)
      << "the connection asks for it when a request has run out of time";
}

TEST(ApiService, without_rates_nothing_is_limited) {
  base::FakeClock clock;
  telemetry::CollectedLog log;
  telemetry::Metrics metrics;
  ApiService service(rows(), std::nullopt, clock, log.logger(), metrics);
  const auto request = std::make_unique<Request>();
  request->method = Method::post;
  request->path = "/register";
  for (int i = 0; i < 50; ++i) EXPECT_FALSE(service.admit(*request).refusal);
}

// Keeps what a tracer sends.
class KeepingSender final : public telemetry::TraceSender {
 public:
  explicit KeepingSender(std::string& kept) : kept_(kept) {}
  Delivery send(const std::string& otlp_json) override {
    kept_ += otlp_json;
    return Delivery::delivered;
  }

 private:
  std::string& kept_;
};

TEST_F(ApiServiceTest, L02_a_trace_has_the_route_and_the_status_and_nothing_the_client_wrote) {
  std::string sent;
  auto tracer = std::make_unique<telemetry::Tracer>(telemetry::TracerOptions{.sample_ratio = 1},
                                                    std::make_unique<KeepingSender>(sent), log.logger(), metrics);
  ApiService traced(rows(), std::nullopt, clock, log.logger(), metrics, tracer.get());
  const auto request = std::make_unique<Request>();
  request->method = Method::get;
  request->method_text = "GET";
  request->path = "/good/canary";
  request->query = "canary";
  request->body = "canary";
  request->headers[0] = {"X-Canary", "canary"};
  request->header_count = 1;
  const auto admission = traced.admit(*request);
  boost::asio::io_context loop(1);
  boost::asio::co_spawn(loop, traced.handle(*request, admission), [](std::exception_ptr, Response) {});
  loop.run();
  tracer.reset();
  EXPECT_NE(sent.find("\"name\":\"GET /good/{id}\""), std::string::npos) << sent;
  EXPECT_NE(sent.find(request->trace.trace_id_hex()), std::string::npos) << "as its lines in the log";
  EXPECT_EQ(sent.find("canary"), std::string::npos);
}

}  // namespace
}  // namespace gatehouse::http
