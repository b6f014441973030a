#include "platform/http/server.hpp"

#include <linux/filter.h>
#include <sys/socket.h>

#include <array>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <stdexcept>
#include <utility>
#include <vector>

#include "platform/http/connection.hpp"

namespace gatehouse::http {
namespace {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;
using ReusePort = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;

base::IpAddress address_of(const tcp::endpoint& endpoint) {
  const auto address = endpoint.address();
  return address.is_v4() ? base::IpAddress::from_v4(address.to_v4().to_bytes())
                         : base::IpAddress::from_v6(address.to_v6().to_bytes());
}

// Closing a listening socket resets every connection that waits in it to be accepted, and with it the request that its
// client has sent already. So first no new one gets that far: the kernel drops what opens a connection (SYN without
// ACK, RFC 9293) and lets all else through. Who was dropped tries again in a second and is then refused at once.
void stop_handshakes(int listener) {
  constexpr std::uint32_t kFlags = 13;  // of the TCP header, where a filter of a TCP socket begins to count
  constexpr std::uint32_t kSyn = 0x02;
  constexpr std::uint32_t kAck = 0x10;
  std::array<sock_filter, 5> program{{
      BPF_STMT(BPF_LD | BPF_B | BPF_ABS, kFlags),
      BPF_STMT(BPF_ALU | BPF_AND | BPF_K, kSyn | kAck),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, kSyn, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, 0),
      BPF_STMT(BPF_RET | BPF_K, 0xffffffff),
  }};
  const sock_fprog filter{static_cast<unsigned short>(program.size()), program.data()};
  // Where the kernel refuses, the listener closes as any other does.
  setsockopt(listener, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof(filter));
}

// For handshakes that had begun, and for the first bytes of who has just been accepted: many round trips of a network
// that nodes and their proxy share.
constexpr std::chrono::milliseconds kSettle{100};

}  // namespace

// One loop's part of the server. Everything but construction and posting happens on the loop's thread.
class Server::Listener {
 public:
  Listener(asio::io_context& context, std::size_t loop, std::shared_ptr<const ServerOptions> options, Service& service,
           limits::ConnectionLimiter& limiter, std::shared_ptr<ServerStats> stats, std::uint16_t port)
      : context_(context),
        acceptor_(context),
        retry_(context),
        settle_(context),
        wheel_(context),
        options_(std::move(options)),
        limiter_(limiter),
        stats_(std::move(stats)),
        environment_(std::make_shared<ConnectionEnvironment>()) {
    environment_->loop = loop;
    environment_->options = options_;
    environment_->service = &service;
    environment_->wheel = &wheel_;
    environment_->stats = stats_;

    const tcp::endpoint endpoint(asio::ip::make_address(options_->address), port);
    acceptor_.open(endpoint.protocol());
    acceptor_.set_option(tcp::acceptor::reuse_address(true));
    acceptor_.set_option(ReusePort(true));
    acceptor_.bind(endpoint);
  }

  ~Listener() {
    for (auto* connection : environment_->live) connection->release_slot();
  }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

  // Listens only now: a bound socket that nobody reads from must not collect connections.
  void start() {
    acceptor_.listen(asio::socket_base::max_listen_connections);
    ++stats_->listening;
    asio::post(context_, [this] {
      wheel_.start();
      accept();
    });
  }

  void retire() {
    asio::post(context_, [this] { environment_->retiring = true; });
  }

  void drain() {
    asio::post(context_, [this] {
      if (environment_->draining) return;
      environment_->retiring = true;
      environment_->draining = true;
      stop_handshakes(acceptor_.native_handle());
      settle_.expires_after(kSettle);
      settle_.async_wait([this](const boost::system::error_code& error) {
        if (!error) stop_listening();
      });
    });
  }

  void close() {
    asio::post(context_, [this] {
      closed_ = true;
      settle_.cancel();
      wheel_.stop();
      for (auto* connection : std::vector(environment_->live.begin(), environment_->live.end())) connection->close();
    });
  }

 private:
  void accept() {
    acceptor_.async_accept(remote_, [this](const boost::system::error_code& error, tcp::socket socket) {
      // Also when listening has ended meanwhile: its request may have come with it.
      if (!error && !closed_) admit(std::move(socket), address_of(remote_));
      if (!acceptor_.is_open()) return;
      if (error) return accept_later();
      accept();
    });
  }

  // Who waits to be accepted comes in first; the connections that were idle before go.
  void stop_listening() {
    const std::vector idle(environment_->live.begin(), environment_->live.end());
    for (auto* connection : idle) connection->close_if_idle();
    boost::system::error_code error;
    acceptor_.non_blocking(true, error);
    while (!error) {
      tcp::socket socket = acceptor_.accept(context_, remote_, error);
      if (!error) admit(std::move(socket), address_of(remote_));
    }
    acceptor_.close(error);
    --stats_->listening;
  }

  // Out of descriptors, most likely: trying at once would only spin.
  void accept_later() {
    retry_.expires_after(std::chrono::milliseconds(100));
    retry_.async_wait([this](const boost::system::error_code& error) {
      if (!error) accept();
    });
  }

  void admit(tcp::socket socket, const base::IpAddress& peer) {
    // A trusted proxy speaks for many clients: only the total bounds it.
    auto slot = limiter_.acquire(peer, options_->proxies.contains(peer));
    if (!slot) {
      ++stats_->refused;
      return;  // closes the socket
    }
    ++stats_->accepted;
    boost::system::error_code ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    socket.non_blocking(true, ignored);
    serve_connection(std::move(socket), peer, std::move(*slot), environment_);
  }

  asio::io_context& context_;
  tcp::acceptor acceptor_;
  tcp::endpoint remote_;
  asio::steady_timer retry_;
  asio::steady_timer settle_;
  runtime::DeadlineWheel wheel_;
  std::shared_ptr<const ServerOptions> options_;
  limits::ConnectionLimiter& limiter_;
  std::shared_ptr<ServerStats> stats_;
  std::shared_ptr<ConnectionEnvironment> environment_;
  bool closed_ = false;
};

namespace {

// SO_REUSEPORT, which lets our loops share a port, would let any other process of this user share it, too: a second
// Gatehouse would silently take half of the connections. So the port is first asked for without it.
void require_free(const ServerOptions& options) {
  if (options.port == 0) return;
  asio::io_context context;
  const tcp::endpoint endpoint(asio::ip::make_address(options.address), options.port);
  tcp::acceptor probe(context);
  probe.open(endpoint.protocol());
  probe.set_option(tcp::acceptor::reuse_address(true));
  boost::system::error_code error;
  probe.bind(endpoint, error);
  if (error) {
    throw std::runtime_error("can't listen on " + options.address + ":" + std::to_string(options.port) + ": " +
                             error.message());
  }
}

}  // namespace

Server::Server(runtime::EventLoops& loops, Service& service, limits::ConnectionLimiter& limiter, ServerOptions options)
    : stats_(std::make_shared<ServerStats>()), loops_(loops), port_(options.port) {
  require_free(options);
  const auto shared = std::make_shared<const ServerOptions>(std::move(options));
  const std::size_t count = shared->every_loop ? loops_.size() : 1;
  for (std::size_t loop = 0; loop < count; ++loop) {
    listeners_.push_back(
        std::make_unique<Listener>(loops_.context(loop), loop, shared, service, limiter, stats_, port_));
    port_ = listeners_.front()->port();  // a free port is chosen once and shared
  }
}

Server::~Server() = default;

void Server::start() {
  for (auto& listener : listeners_) listener->start();
}

void Server::retire() {
  for (auto& listener : listeners_) listener->retire();
}

void Server::drain() {
  for (auto& listener : listeners_) listener->drain();
}

void Server::close() {
  for (auto& listener : listeners_) listener->close();
}

}  // namespace gatehouse::http
