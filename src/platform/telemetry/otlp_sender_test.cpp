#include "platform/telemetry/otlp_sender.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <optional>
#include <string>

#include "platform/http/api_service.hpp"
#include "platform/http/server.hpp"
#include "platform/telemetry/collected_log.hpp"

namespace gatehouse::telemetry {
namespace {

using Delivery = TraceSender::Delivery;

// A collector that answers as it is told to.
class OtlpSenderTest : public testing::Test {
 protected:
  OtlpSenderTest() {
    http::ServerOptions options;
    options.every_loop = false;
    server.emplace(loops, service, limiter, options);
    loops.start();
    server->start();
    sender = make_otlp_sender({.endpoint = "http://127.0.0.1:" + std::to_string(server->port()) + "/v1/traces"});
  }
  ~OtlpSenderTest() override {
    server->close();
    loops.stop();
    server.reset();
  }
  std::vector<http::Route> rows() {
    std::vector<http::Route> all(1);
    all[0].method = http::Method::post;
    all[0].path = "/v1/traces";
    all[0].body_limit = 1 << 20;
    all[0].handler = [this](http::Request& asked) -> boost::asio::awaitable<http::Response> {
      if (asked.header("content-type") != "application/json" || asked.body != "{\"a\":1}") {
        co_return http::empty_response(400);
      }
      co_return http::empty_response(status);
    };
    return all;
  }

  std::atomic<unsigned> status{200};
  base::SystemClock clock;
  CollectedLog log;
  Metrics metrics;
  http::ApiService service{rows(), std::nullopt, clock, log.logger(), metrics};
  limits::ConnectionLimiter limiter{{}};
  runtime::EventLoops loops{1};
  std::optional<http::Server> server;
  std::unique_ptr<TraceSender> sender;
};

TEST_F(OtlpSenderTest, posts_json) { EXPECT_EQ(sender->send("{\"a\":1}"), Delivery::delivered); }

TEST_F(OtlpSenderTest, tells_later_from_never) {
  for (const unsigned later : {429U, 503U}) {
    status = later;
    EXPECT_EQ(sender->send("{\"a\":1}"), Delivery::unreachable) << later;
  }
  for (const unsigned never : {400U, 401U, 404U, 500U}) {
    status = never;
    EXPECT_EQ(sender->send("{\"a\":1}"), Delivery::refused) << never;
  }
}

TEST_F(OtlpSenderTest, a_collector_that_is_not_there_is_unreachable) {
  server->close();
  loops.stop();
  EXPECT_EQ(make_otlp_sender({.endpoint = "http://127.0.0.1:1/v1/traces"})->send("{}"), Delivery::unreachable);
}

}  // namespace
}  // namespace gatehouse::telemetry
