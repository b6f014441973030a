#include "platform/http_client/client.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <cstdlib>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "platform/http/api_service.hpp"
#include "platform/http/server.hpp"
#include "platform/http_client/client_pool.hpp"
#include "platform/telemetry/collected_log.hpp"
#include "tests/support/child_process.hpp"
#include "tests/support/temp_dir.hpp"

namespace gatehouse::http_client {
namespace {

using namespace std::chrono_literals;

// The errors of a Result print badly.
std::string verdict(const base::Result<Response, ClientError>& answer) {
  return answer ? std::to_string(answer->status) : to_string(answer.error());
}

// A real server of ours.
class ClientTest : public testing::Test {
 protected:
  explicit ClientTest(std::shared_ptr<http::TlsContext> tls = nullptr) { serve(std::move(tls)); }
  ~ClientTest() override {
    server->close();
    loops.stop();
    server.reset();
  }

  std::vector<http::Route> rows() {
    std::vector<http::Route> all(4);
    all[0].path = "/greet";
    all[0].handler = [](http::Request& asked) -> boost::asio::awaitable<http::Response> {
      http::Response response;
      response.content_type = "text/plain";
      response.body = "hello " + std::string(asked.header("x-name").value_or("nobody"));
      co_return response;
    };
    all[1].method = http::Method::post;
    all[1].path = "/echo";
    all[1].body_limit = 4 << 20;
    all[1].handler = [](http::Request& asked) -> boost::asio::awaitable<http::Response> {
      http::Response response;
      response.content_type = "text/plain";
      response.body = asked.body;
      co_return response;
    };
    all[2].path = "/elsewhere";
    all[2].handler = [this](http::Request&) -> boost::asio::awaitable<http::Response> {
      co_return http::empty_response(302).set("Location", url("/greet"));
    };
    all[3].path = "/large";
    all[3].handler = [](http::Request&) -> boost::asio::awaitable<http::Response> {
      http::Response response;
      response.content_type = "text/plain";
      response.body = std::string(1'001, 'x');
      co_return response;
    };
    return all;
  }
  void serve(std::shared_ptr<http::TlsContext> tls) {
    http::ServerOptions options;
    options.every_loop = false;
    options.tls = std::move(tls);
    server.emplace(loops, service, limiter, options);
    loops.start();
    server->start();
  }
  [[nodiscard]] std::string url(const std::string& path) const {
    return "http://127.0.0.1:" + std::to_string(server->port()) + path;
  }

  base::SystemClock clock;
  telemetry::CollectedLog log;
  telemetry::Metrics metrics;
  http::ApiService service{rows(), std::nullopt, clock, log.logger(), metrics};
  limits::ConnectionLimiter limiter{{}};
  runtime::EventLoops loops{1};
  std::optional<http::Server> server;
  Client client{{.max_response_bytes = 1'000}};
};

TEST_F(ClientTest, asks_with_headers_and_keeps_the_connection) {
  for (int i = 0; i < 20; ++i) {
    const auto answer = client.send({.url = url("/greet"), .headers = {{"X-Name", "gate"}}});
    ASSERT_EQ(verdict(answer), "200");
    EXPECT_EQ(answer->body, "hello gate");
  }
  EXPECT_EQ(verdict(client.send({.url = url("/nothing")})), "404") << "a refusal is an answer, too";
  EXPECT_EQ(server->stats().accepted, 1U);
}

TEST_F(ClientTest, posts_a_body_and_forgets_it_for_the_next_request) {
  Client roomy({.max_response_bytes = 2 << 20});
  const std::string body(1 << 20, 'b');
  const auto answer = roomy.send({.method = Method::post, .url = url("/echo"), .body = body});
  ASSERT_EQ(verdict(answer), "200");
  EXPECT_EQ(answer->body, body);
  const auto after = roomy.send({.url = url("/greet")});
  ASSERT_EQ(verdict(after), "200");
  EXPECT_EQ(after->body, "hello nobody");
}

TEST_F(ClientTest, a_redirect_is_not_followed) {
  EXPECT_EQ(verdict(client.send({.url = url("/elsewhere")})), "302");
  EXPECT_EQ(server->stats().accepted, 1U);
}

TEST_F(ClientTest, an_answer_that_is_too_large_is_refused) {
  EXPECT_EQ(verdict(client.send({.url = url("/large")})), "too_large");
  EXPECT_EQ(verdict(client.send({.url = url("/greet")})), "200") << "and the next one is unharmed";
}

TEST_F(ClientTest, nothing_but_http_is_spoken) {
  for (const char* url : {"file:///etc/passwd", "gopher://127.0.0.1:1/", "ftp://127.0.0.1/", "", "http://", "::"}) {
    EXPECT_EQ(verdict(client.send({.url = url})), "bad_url") << url;
  }
}

TEST_F(ClientTest, the_environment_diverts_nothing) {
  setenv("http_proxy", "http://127.0.0.1:1", 1);
  const auto answer = client.send({.url = url("/greet")});
  unsetenv("http_proxy");
  EXPECT_EQ(verdict(answer), "200");
}

// Behind a certificate for 127.0.0.1 alone, which it has signed itself.
class ClientTlsTest : public ClientTest {
 protected:
  ClientTlsTest() : ClientTest(certify()) {}

  static std::shared_ptr<http::TlsContext> certify() {
    gatehouse::test::run_process({"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                                  "-nodes", "-days", "1", "-subj", "/CN=127.0.0.1", "-addext",
                                  "subjectAltName=IP:127.0.0.1", "-keyout", file("key.pem"), "-out", file("cert.pem")});
    return std::make_shared<http::TlsContext>(file("cert.pem"), file("key.pem"));
  }
  static std::string file(const char* name) {
    static const gatehouse::test::TempDir folder;
    return (folder.path() / name).string();
  }
  [[nodiscard]] std::string ask(const std::string& host, const std::string& ca_file) const {
    Client trusting({.ca_file = ca_file});
    return verdict(trusting.send({.url = "https://" + host + ":" + std::to_string(server->port()) + "/greet"}));
  }
};

TEST_F(ClientTlsTest, a_server_is_trusted_by_its_authority_and_its_name) {
  EXPECT_EQ(ask("127.0.0.1", file("cert.pem")), "200");
  EXPECT_EQ(ask("127.0.0.1", ""), "not_trusted") << "nobody the system trusts has signed it";
  EXPECT_EQ(ask("localhost", file("cert.pem")), "not_trusted") << "it is somebody else's certificate";
  EXPECT_EQ(ask("127.0.0.1", file("missing.pem")), "not_trusted");
}

// A peer that does what no server of ours does.
class Peer {
 public:
  explicit Peer(std::function<void(boost::asio::ip::tcp::socket&)> serve)
      : acceptor_(context_, {boost::asio::ip::address_v4::loopback(), 0}), thread_([this, serve = std::move(serve)] {
          boost::asio::ip::tcp::socket socket(context_);
          boost::system::error_code ignored;
          acceptor_.accept(socket, ignored);
          if (!ignored) serve(socket);
        }) {}
  ~Peer() { thread_.join(); }
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  [[nodiscard]] std::string url(const std::string& scheme = "http") const {
    return scheme + "://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port()) + "/";
  }

 private:
  boost::asio::io_context context_;
  boost::asio::ip::tcp::acceptor acceptor_;
  std::thread thread_;
};

void read_head(boost::asio::ip::tcp::socket& socket) {
  std::string head;
  boost::system::error_code ignored;
  boost::asio::read_until(socket, boost::asio::dynamic_buffer(head), "\r\n\r\n", ignored);
}

void read_until_closed(boost::asio::ip::tcp::socket& socket) {
  char byte = 0;
  boost::system::error_code ended;
  while (!ended) socket.read_some(boost::asio::buffer(&byte, 1), ended);
}

TEST(ClientFaults, a_header_that_would_smuggle_another_aborts) {
  Client client;
  EXPECT_DEATH((void)client.send({.url = "http://127.0.0.1:1/", .headers = {{"X-Name", "a\r\nAuthorization: b"}}}), "");
}

TEST(ClientFaults, an_answer_that_is_cut_is_no_answer) {
  Peer peer([](auto& socket) {
    read_head(socket);
    boost::asio::write(socket, boost::asio::buffer(std::string("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfive!")));
  });
  Client client;
  EXPECT_EQ(verdict(client.send({.url = peer.url()})), "broken_off");
}

TEST(ClientFaults, bytes_that_are_not_http_are_no_answer) {
  Peer peer([](auto& socket) {
    read_head(socket);
    boost::asio::write(socket, boost::asio::buffer(std::string("SSH-2.0-OpenSSH_9.2\r\n")));
  });
  Client client;
  EXPECT_EQ(verdict(client.send({.url = peer.url()})), "broken_off");
}

TEST(ClientFaults, a_peer_that_never_answers_costs_the_deadline_and_no_more) {
  Peer peer(read_until_closed);
  Client client;
  EXPECT_EQ(verdict(client.send({.url = peer.url(), .deadline = 50ms})), "timed_out");
}

TEST(ClientFaults, a_request_under_way_can_be_cancelled) {
  std::optional<Client> client(std::in_place);
  Peer peer([&](auto& socket) {
    read_head(socket);
    client->cancel();
    read_until_closed(socket);
  });
  EXPECT_EQ(verdict(client->send({.url = peer.url(), .deadline = 60s})), "cancelled");
  EXPECT_EQ(verdict(client->send({.url = peer.url(), .deadline = 60s})), "cancelled") << "and so is what follows";
  client.reset();  // its connection ends, and with it the peer
}

TEST(ClientFaults, of_a_pool_one_request_may_hang_while_another_is_answered_and_all_are_cancelled) {
  std::optional<ClientPool> pool(std::in_place);
  std::promise<void> hangs;
  Peer slow([&](auto& socket) {
    read_head(socket);
    hangs.set_value();
    read_until_closed(socket);
  });
  Peer quick([](auto& socket) {
    read_head(socket);
    boost::asio::write(socket, boost::asio::buffer(std::string("HTTP/1.1 204 No Content\r\n\r\n")));
  });
  std::thread waiting([&] { EXPECT_EQ(verdict(pool->send({.url = slow.url(), .deadline = 600s})), "cancelled"); });
  hangs.get_future().wait();
  EXPECT_EQ(verdict(pool->send({.url = quick.url(), .deadline = 600s})), "204");
  pool->cancel();
  waiting.join();
  EXPECT_EQ(verdict(pool->send({.url = quick.url(), .deadline = 600s})), "cancelled") << "and so is what follows";
  pool.reset();
}

TEST(ClientFaults, nobody_listening_and_no_tls_behind_https_are_told_apart) {
  std::string url;
  {
    Peer peer([](auto& socket) {
      boost::system::error_code ignored;
      boost::asio::write(socket, boost::asio::buffer(std::string("HTTP/1.1 400 Bad Request\r\n\r\n")), ignored);
    });
    url = peer.url();
    Client client;
    EXPECT_EQ(verdict(client.send({.url = peer.url("https")})), "not_trusted");
  }
  Client client;
  EXPECT_EQ(verdict(client.send({.url = url})), "not_connected");
}

}  // namespace
}  // namespace gatehouse::http_client
