#include "platform/http/server.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <latch>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "platform/base/keyed_hash.hpp"
#include "platform/http/api_service.hpp"
#include "platform/http/raw_client_test.hpp"
#include "platform/runtime/pool.hpp"
#include "platform/telemetry/collected_log.hpp"

namespace gatehouse::http {
namespace {

using namespace std::chrono_literals;
using test::RawClient;

std::string request(std::string_view line, std::string_view headers = "", std::string_view body = "") {
  return std::string(line) + " HTTP/1.1\r\nHost: h\r\n" + std::string(headers) + "\r\n" + std::string(body);
}

// What a server of ours has to serve: a path that is answered inline (as the gate does), and routes.
class TestService final : public ApiService {
 public:
  using ApiService::ApiService;
  bool answer_inline(const Request& asked, const WireOptions& wire, std::string& out) override {
    if (asked.path != "/inline") return false;
    Response response;
    response.content_type = "text/plain";
    response.body = "inline:" + std::string(asked.query) + ":" + asked.client.to_string();
    write_response(response, wire, out);
    return true;
  }
};

class ServerTest : public testing::Test {
 protected:
  void TearDown() override {
    release_handlers();
    if (server) server->close();
    pool.reset();  // before the loops: what waits in it comes back to them
    loops.stop();
    server.reset();
  }

  void serve(ServerOptions options = {}, limits::ConnectionLimits connections = {}) {
    options.every_loop = options.every_loop && loops.size() > 1;
    limiter.emplace(connections);
    server = std::make_unique<Server>(loops, service, *limiter, std::move(options));
    loops.start();
    server->start();
  }

  [[nodiscard]] RawClient connect() const { return RawClient(server->port()); }

  void release_handlers() {
    if (!released.exchange(true)) blocked.count_down();
  }

  std::vector<Route> rows() {
    std::vector<Route> all(4);
    all[0].method = Method::post;
    all[0].path = "/echo";
    all[0].body_limit = 4'096;
    all[0].handler = [](Request& asked) -> boost::asio::awaitable<Response> {
      Response response;
      response.content_type = "text/plain";
      response.body = "[" + asked.body + "]";
      co_return response;
    };
    all[1].path = "/plain";
    all[1].handler = [](Request& asked) -> boost::asio::awaitable<Response> {
      Response response;
      response.content_type = "text/plain";
      response.body = "plain:" + std::string(asked.query);
      co_return response;
    };
    all[2].path = "/blocks";  // until the test lets it go
    all[2].deadline = 300ms;
    all[2].handler = [this](Request&) -> boost::asio::awaitable<Response> {
      co_await pool->run([this](std::size_t) {
        ++handling;
        handling.notify_all();
        blocked.wait();
      });
      ++finished;
      finished.notify_all();
      co_return empty_response(200);
    };
    all[3].path = "/blocks-long";
    all[3].handler = all[2].handler;
    return all;
  }

  base::SystemClock clock;
  telemetry::CollectedLog log;
  telemetry::Metrics metrics;
  std::latch blocked{1};
  std::atomic<bool> released{false};
  std::atomic<int> handling{0};
  std::atomic<int> finished{0};
  std::optional<runtime::Pool> pool{std::in_place, runtime::PoolOptions{.name = "blocks", .threads = 2}};
  TestService service{rows(), std::nullopt, clock, log.logger(), metrics};
  std::optional<limits::ConnectionLimiter> limiter;
  runtime::EventLoops loops{1};
  std::unique_ptr<Server> server;
};

TEST_F(ServerTest, keeps_a_connection_for_request_after_request) {
  serve();
  auto client = connect();
  for (int i = 0; i < 20; ++i) {
    client.send(request("GET /plain?" + std::to_string(i)));
    EXPECT_EQ(client.answer().body, "plain:" + std::to_string(i));
    client.send(request("GET /inline?" + std::to_string(i)));
    EXPECT_EQ(client.answer().body, "inline:" + std::to_string(i) + ":127.0.0.1");
  }
  EXPECT_EQ(server->stats().accepted, 1U);
}

TEST_F(ServerTest, pipelined_requests_are_answered_in_their_order) {
  serve();
  auto client = connect();
  client.send(request("GET /inline?1") + request("GET /plain?2") + request("GET /inline?3") +
              request("POST /echo", "Content-Length: 1\r\n", "4") +
              request("POST /echo", "Transfer-Encoding: chunked\r\n", "1\r\n5\r\n0\r\n\r\n") +
              request("GET /inline?6"));
  EXPECT_EQ(client.answer().body, "inline:1:127.0.0.1");
  EXPECT_EQ(client.answer().body, "plain:2");
  EXPECT_EQ(client.answer().body, "inline:3:127.0.0.1");
  EXPECT_EQ(client.answer().body, "[4]");
  EXPECT_EQ(client.answer().body, "[5]");
  EXPECT_EQ(client.answer().body, "inline:6:127.0.0.1");
}

TEST_F(ServerTest, a_burst_of_thousands_is_answered_whole) {
  serve();
  auto client = connect();
  std::string burst;
  for (int i = 0; i < 5'000; ++i) burst += request("GET /inline?" + std::to_string(i));
  client.send_in_background(burst);
  for (int i = 0; i < 5'000; ++i) ASSERT_EQ(client.answer().body, "inline:" + std::to_string(i) + ":127.0.0.1");
}

TEST_F(ServerTest, a_client_that_reads_late_gets_every_answer_without_sending_more) {
  serve();
  auto client = connect();
  client.limit_receive_buffer(64 * 1024);
  std::string burst;
  for (int i = 0; i < 20'000; ++i) burst += request("GET /inline?" + std::to_string(i));
  client.send_in_background(burst);
  for (int i = 0; i < 20'000; ++i) ASSERT_EQ(client.answer().body, "inline:" + std::to_string(i) + ":127.0.0.1");
}

TEST_F(ServerTest, a_request_that_drips_in_byte_by_byte_is_the_same_request) {
  serve();
  auto client = connect();
  const std::string bytes =
      request("POST /echo?x", "Transfer-Encoding: chunked\r\n", "5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n") +
      request("POST /echo", "Content-Length: 3\r\n", "abc");
  for (const char c : bytes) client.send(std::string(1, c));
  EXPECT_EQ(client.answer().body, "[hello world]");
  EXPECT_EQ(client.answer().body, "[abc]");
}

// Behind a proxy one connection carries many people's requests.
TEST_F(ServerTest, a_request_without_a_body_does_not_inherit_the_one_before) {
  serve();
  auto client = connect();
  client.send(request("POST /echo", "Content-Length: 15\r\n", "password=secret"));
  EXPECT_EQ(client.answer().body, "[password=secret]");
  client.send(request("POST /echo"));
  EXPECT_EQ(client.answer().body, "[]");
  client.send(request("POST /echo", "Content-Length: 0\r\n"));
  EXPECT_EQ(client.answer().body, "[]");
  client.send(request("POST /echo", "Content-Length: 1\r\n", "x"));
  EXPECT_EQ(client.answer().body, "[x]");
}

TEST_F(ServerTest, http_1_0_closes_unless_asked_to_stay) {
  serve();
  auto client = connect();
  client.send("GET /plain HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_TRUE(client.answer().has("Connection: keep-alive"));
  client.send("GET /plain HTTP/1.0\r\n\r\n");
  EXPECT_TRUE(client.answer().has("Connection: close"));
  EXPECT_TRUE(client.is_closed_by_peer());
}

TEST_F(ServerTest, head_has_no_body_and_does_not_disturb_what_follows) {
  serve();
  auto client = connect();
  client.send(request("HEAD /plain?x"));
  const auto head = client.answer_to_head();
  EXPECT_EQ(head.status, 200);
  EXPECT_TRUE(head.has("Content-Length: 7"));
  client.send(request("GET /plain?y"));
  EXPECT_EQ(client.answer().body, "plain:y");
}

TEST_F(ServerTest, continues_only_when_the_body_is_wanted) {
  serve();
  auto client = connect();
  client.send(request("POST /echo", "Expect: 100-continue\r\nContent-Length: 2\r\n"));
  EXPECT_EQ(client.answer().status, 100);
  client.send("ok");
  EXPECT_EQ(client.answer().body, "[ok]");
  client.send(request("POST /echo", "Expect: 100-continue\r\nContent-Length: 5000\r\n"));
  EXPECT_EQ(client.answer().status, 413) << "before a byte of the body";
}

TEST_F(ServerTest, H04_a_body_that_is_too_large_is_refused_unread) {
  serve();
  for (const char* head : {"POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 10485760\r\n\r\n",
                           "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFF\r\n",
                           "GET /plain HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\n"}) {
    auto client = connect();
    client.send(head);
    const auto answer = client.answer();
    EXPECT_EQ(answer.status, 413) << head;
    EXPECT_TRUE(answer.has("Connection: close"));
    EXPECT_TRUE(client.is_closed_by_peer());
  }
}

// H01, H02, H03: refused, closed, and what was hidden behind is never served.
TEST_F(ServerTest, H01_what_is_hidden_behind_a_refused_request_is_not_served) {
  serve();
  const std::string hidden = request("GET /plain?smuggled");
  for (const auto& bytes :
       {request("POST /echo", "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
        request("POST /echo", "Content-Length: 5\r\nContent-Length: 6\r\n", "hello"),
        request("POST /echo", "Transfer-Encoding: xchunked\r\n", "0\r\n\r\n"),
        request("POST /echo", "Transfer-Encoding: chunked\r\n", "0_0\r\n\r\n"),
        request("POST /echo", "Transfer-Encoding: chunked\r\n", "0\nX: y\r\n\r\n"),
        request("POST /echo", "Transfer-Encoding: chunked\r\n", "0\r\nContent-Length: 9\r\n\r\n"),
        request("POST /echo", "Transfer-Encoding: chunked\r\n", "2;a=b\r\nxx\r\n0\r\n\r\n"),
        request("GET /plain", "X : y\r\n"), std::string("GET /plain HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"),
        std::string("GET http://h/plain HTTP/1.1\r\nHost: h\r\n\r\n"),
        std::string("GET /plain HTTP/1.1\nHost: h\n\n")}) {
    auto client = connect();
    client.send(bytes + hidden);
    const auto everything = client.read_to_end();
    EXPECT_TRUE(everything.starts_with("HTTP/1.1 400 ")) << bytes;
    EXPECT_EQ(everything.find("HTTP/1.1", 1), std::string::npos) << "one answer only: " << everything;
    EXPECT_EQ(everything.find("smuggled"), std::string::npos);
  }
}

TEST_F(ServerTest, H01_a_refused_form_tells_nothing_of_the_request_before) {
  serve();
  auto client = connect();
  client.send(request("HEAD /plain", "traceparent: 00-11111111111111111111111111111111-2222222222222222-01\r\n"));
  EXPECT_EQ(client.answer_to_head().status, 200);
  client.send("BAD\r\n\r\n");
  const auto answer = client.answer();
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(answer.body.find("11111111111111111111111111111111"), std::string::npos);
  EXPECT_FALSE(answer.body.empty()) << "it is no HEAD any more";
}

TEST_F(ServerTest, H05_a_head_that_does_not_end_in_time_ends_the_connection) {
  serve({.header_timeout = 300ms});
  auto silent = connect();
  auto dripping = connect();
  dripping.send("GET /plain HTTP/1.1\r\nHost:");
  EXPECT_TRUE(silent.is_closed_by_peer());
  EXPECT_TRUE(dripping.read_to_end().starts_with("HTTP/1.1 408 "));
  EXPECT_EQ(server->stats().timed_out, 2U);
}

TEST_F(ServerTest, H05_a_body_that_does_not_end_in_time_ends_the_connection) {
  serve({.body_timeout = 300ms});
  auto client = connect();
  client.send(request("POST /echo", "Content-Length: 10\r\n", "half"));
  EXPECT_TRUE(client.read_to_end().starts_with("HTTP/1.1 408 "));
}

TEST_F(ServerTest, H05_an_idle_connection_is_closed_without_a_word) {
  serve({.idle_timeout = 300ms});
  auto client = connect();
  client.send(request("GET /plain"));
  EXPECT_EQ(client.answer().status, 200);
  EXPECT_EQ(client.read_to_end(), "");
}

// Data and end of stream may come as one event of the edge-triggered reactor, which then tells of the end no more.
TEST_F(ServerTest, H05_a_client_that_ends_its_side_with_the_request_is_answered_and_let_go) {
  serve();
  for (const char* target : {"GET /plain", "GET /inline"}) {
    auto client = connect();
    client.send(request(target));
    shutdown(client.descriptor(), SHUT_WR);
    EXPECT_EQ(client.answer().status, 200) << target;
    EXPECT_EQ(client.read_to_end(), "") << target;
  }
}

TEST_F(ServerTest, H05_a_client_that_never_reads_is_dropped) {
  serve({.write_timeout = 300ms});
  auto client = connect();
  client.limit_receive_buffer(1);
  std::string burst;
  for (int i = 0; i < 50'000; ++i) burst += request("GET /inline");
  client.send_in_background(burst);
  client.wait_until_peer_gives_up();
  EXPECT_EQ(server->stats().timed_out, 1U);
}

TEST_F(ServerTest, H05_many_half_open_connections_do_not_keep_others_out) {
  serve({}, {.per_address = 400, .total = 512});
  std::vector<RawClient> half_open;
  for (int i = 0; i < 300; ++i) {
    half_open.push_back(connect());
    half_open.back().send("GET /plain HTTP/1.1\r\nHo");
  }
  auto client = connect();
  client.send(request("GET /plain?served"));
  EXPECT_EQ(client.answer().body, "plain:served");
}

TEST_F(ServerTest, H05_one_address_has_its_share_of_connections) {
  serve({}, {.per_address = 3, .total = 10});
  std::vector<RawClient> share;
  for (int i = 0; i < 3; ++i) {
    share.push_back(connect());
    share.back().send(request("GET /plain"));
    ASSERT_EQ(share.back().answer().status, 200);
  }
  auto one_more = connect();
  EXPECT_TRUE(one_more.is_closed_by_peer());
  EXPECT_EQ(server->stats().refused, 1U);
  share.pop_back();
  // The place comes back once the server has seen the end; until then newcomers are turned away.
  for (;;) {
    auto next = connect();
    next.send(request("GET /plain"));
    if (next.read_status() == 200) break;
  }
}

TEST_F(ServerTest, a_trusted_proxy_is_bounded_by_the_total_alone) {
  ServerOptions options;
  options.proxies = TrustedProxies({*base::Cidr::parse("127.0.0.1")});
  serve(std::move(options), {.per_address = 1, .total = 4});
  std::vector<RawClient> connections;
  for (int i = 0; i < 4; ++i) {
    connections.push_back(connect());
    connections.back().send(request("GET /inline", "X-Forwarded-For: 192.0.2.9\r\n"));
    ASSERT_EQ(connections.back().answer().body, "inline::192.0.2.9");
  }
  auto one_more = connect();
  EXPECT_TRUE(one_more.is_closed_by_peer());
}

TEST_F(ServerTest, G10_an_untrusted_peer_does_not_choose_its_address) {
  serve();
  auto client = connect();
  client.send(request("GET /inline", "X-Forwarded-For: 192.0.2.9\r\nX-Real-IP: 192.0.2.9\r\n"));
  EXPECT_EQ(client.answer().body, "inline::127.0.0.1");
}

TEST_F(ServerTest, a_handler_that_outlasts_its_deadline_is_503_and_may_finish_later) {
  serve();
  auto client = connect();
  client.send(request("GET /blocks"));
  const auto answer = client.answer();
  EXPECT_EQ(answer.status, 503);
  EXPECT_TRUE(answer.has("Retry-After: 1"));
  EXPECT_TRUE(client.is_closed_by_peer());
  EXPECT_EQ(finished, 0);
  release_handlers();
  finished.wait(0);
  auto next = connect();
  next.send(request("GET /plain?alive"));
  EXPECT_EQ(next.answer().body, "plain:alive");
}

TEST_F(ServerTest, a_503_does_not_overtake_the_answers_before_it) {
  serve();
  auto client = connect();
  client.send(request("GET /inline?first") + request("GET /blocks"));
  EXPECT_EQ(client.answer().body, "inline:first:127.0.0.1");
  EXPECT_EQ(client.answer().status, 503);
}

TEST_F(ServerTest, a_client_that_leaves_while_its_handler_works_harms_nobody) {
  serve();
  {
    auto client = connect();
    client.send(request("GET /blocks-long"));
    handling.wait(0);
    client.reset();
  }
  release_handlers();
  finished.wait(0);
  auto next = connect();
  next.send(request("GET /plain?alive"));
  EXPECT_EQ(next.answer().body, "plain:alive");
}

TEST_F(ServerTest, abrupt_resets_at_every_stage_harm_nobody) {
  serve({}, {.per_address = 300, .total = 400});
  const std::string whole = request("POST /echo", "Content-Length: 4\r\n", "body");
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    auto client = connect();
    client.send(whole.substr(0, size));
    client.reset();
  }
  auto next = connect();
  next.send(request("GET /plain?alive"));
  EXPECT_EQ(next.answer().body, "plain:alive");
}

TEST_F(ServerTest, draining_closes_what_is_idle_and_lets_work_finish) {
  serve();
  auto idle = connect();
  idle.send(request("GET /plain"));
  ASSERT_EQ(idle.answer().status, 200);
  auto busy = connect();
  busy.send(request("GET /blocks-long"));
  handling.wait(0);
  server->drain();
  EXPECT_EQ(idle.read_to_end(), "");
  release_handlers();
  const auto answer = busy.answer();
  EXPECT_EQ(answer.status, 200);
  EXPECT_TRUE(answer.has("Connection: close"));
  EXPECT_TRUE(busy.is_closed_by_peer());
  EXPECT_FALSE(RawClient::can_connect(server->port()));
}

TEST_F(ServerTest, F04_a_retiring_server_serves_whoever_asks_and_keeps_no_connection) {
  serve();
  auto kept = connect();
  kept.send(request("GET /plain"));
  ASSERT_FALSE(kept.answer().has("Connection: close"));
  server->retire();
  kept.send(request("GET /plain?again"));
  const auto last = kept.answer();
  EXPECT_EQ(last.body, "plain:again");
  EXPECT_TRUE(last.has("Connection: close"));
  EXPECT_TRUE(kept.is_closed_by_peer());

  auto late = connect();
  late.send(request("GET /inline?new"));
  const auto only = late.answer();
  EXPECT_EQ(only.status, 200);
  EXPECT_TRUE(only.has("Connection: close"));
}

TEST_F(ServerTest, F04_who_connected_before_the_drain_is_served_after_it) {
  serve();
  auto accepted = connect();
  accepted.send(request("GET /plain"));
  ASSERT_EQ(accepted.answer().status, 200);
  auto silent = connect();

  // A loop at work: what connects now waits in the kernel, its request with it, and the drain is heard of first.
  std::latch arrived{1};
  std::latch go_on{1};
  boost::asio::post(loops.context(0), [&] {
    arrived.count_down();
    go_on.wait();
  });
  arrived.wait();
  auto waiting = connect();
  waiting.send(request("GET /plain?waited"));
  server->drain();
  go_on.count_down();
  const auto answer = waiting.answer();
  EXPECT_EQ(answer.body, "plain:waited");
  EXPECT_TRUE(answer.has("Connection: close"));
  EXPECT_EQ(accepted.read_to_end(), "");
  silent.send(request("GET /plain?late"));
  EXPECT_EQ(silent.answer().body, "plain:late");
  EXPECT_FALSE(RawClient::can_connect(server->port()));
}

TEST_F(ServerTest, closing_ends_what_is_at_work) {
  serve();
  auto client = connect();
  client.send(request("GET /blocks-long"));
  handling.wait(0);
  server->close();
  EXPECT_EQ(client.read_to_end(), "");
}

TEST_F(ServerTest, a_taken_port_is_an_error_at_once) {
  serve();
  ServerOptions options;
  options.address = "192.0.2.1";  // TEST-NET-1: nobody's
  EXPECT_ANY_THROW(Server(loops, service, *limiter, std::move(options)));
}

}  // namespace
}  // namespace gatehouse::http
