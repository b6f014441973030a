#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "platform/http/forwarded.hpp"
#include "platform/http/service.hpp"
#include "platform/http/tls.hpp"
#include "platform/limits/connection_limiter.hpp"
#include "platform/runtime/event_loops.hpp"

namespace gatehouse::http {

struct ServerOptions {
  std::string address = "127.0.0.1";                // where to listen
  std::uint16_t port = 0;                           // 0: a free one
  bool every_loop = true;                           // one listener a loop (SO_REUSEPORT), or the first loop's alone
  std::chrono::milliseconds header_timeout{5'000};  // from a request's first byte to the end of its head; TLS handshake
  std::chrono::milliseconds body_timeout{10'000};   // from the head to the end of the body
  std::chrono::milliseconds idle_timeout{30'000};   // between requests
  std::chrono::milliseconds write_timeout{10'000};  // an answer that the client does not read
  TrustedProxies proxies{};
  std::shared_ptr<TlsContext> tls{};  // none: plain HTTP
};

struct ServerStats {
  std::atomic<std::uint64_t> accepted{0};
  std::atomic<std::uint64_t> refused{0};  // over a connection limit
  std::atomic<std::int64_t> open{0};
  std::atomic<std::int64_t> listening{0};  // listeners that take connections
  std::atomic<std::uint64_t> timed_out{0};
  std::atomic<std::uint64_t> malformed{0};  // refused by the parser
};

// A listener and its connections, each staying on the loop that accepted it.
class Server {
 public:
  // Binds at once: throws std::runtime_error that names the address when it can't be had. REQUIRES: `loops`, `service`
  // and `limiter` outlive the server.
  Server(runtime::EventLoops& loops, Service& service, limits::ConnectionLimiter& limiter, ServerOptions options);
  ~Server();  // REQUIRES: the loops have stopped
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

  void start();  // accepts from now on. Thread-safe, as is what follows.
  // From now on each answer says `Connection: close`. Nothing is refused or closed: a proxy that keeps connections lets
  // go of them one by one, and of idle ones after its own time.
  void retire();
  // Takes no new connection, and a moment later closes the idle ones; one that reached us before is still served: a
  // request that somebody could send is never lost. Done when `listening` and `open` are 0. Implies retire().
  void drain();
  // Closes what is left.
  void close();

  [[nodiscard]] const ServerStats& stats() const noexcept { return *stats_; }

 private:
  class Listener;
  std::shared_ptr<ServerStats> stats_;
  std::vector<std::unique_ptr<Listener>> listeners_;
  runtime::EventLoops& loops_;
  std::uint16_t port_ = 0;
};

}  // namespace gatehouse::http
