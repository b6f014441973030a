#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "platform/base/clock.hpp"
#include "platform/cache/redis_url.hpp"

struct ssl_ctx_st;
struct ssl_st;

namespace gatehouse::cache {

// What connections to one Redis trust. Thread-safe once made.
class RedisTls {
 public:
  // `ca_file`: PEM; empty: the system's authorities. Throws std::runtime_error that names the file when it can't be
  // read. The certificate must be good for the host's name or address in the URL; TLS 1.2 and 1.3.
  explicit RedisTls(const std::string& ca_file);
  [[nodiscard]] ssl_ctx_st* context() const noexcept { return context_.get(); }

 private:
  std::unique_ptr<ssl_ctx_st, void (*)(ssl_ctx_st*)> context_;
};

// A TCP connection, with TLS or without, whose every wait ends at a deadline of the steady clock: then, and when the
// server is gone, base::Unavailable ("redis_timeout", "redis_unreachable", "redis_tls", "redis_closed"), and the socket
// is of no use any more.
// One thread uses it; interrupt() alone may come from any other. REQUIRES with TLS: SIGPIPE is ignored.
class RedisSocket {
 public:
  // Resolves and connects. `tls` may be nullptr: in the clear.
  RedisSocket(const RedisEndpoint& endpoint, const RedisTls* tls, base::SteadyPoint deadline);
  ~RedisSocket();
  RedisSocket(const RedisSocket&) = delete;
  RedisSocket& operator=(const RedisSocket&) = delete;

  void write(std::string_view bytes, base::SteadyPoint deadline);
  // What there is, at least one byte, at most `size`; waits for the first.
  [[nodiscard]] std::size_t read(char* out, std::size_t size, base::SteadyPoint deadline);

  // False when the server has closed the connection, or has sent what nobody asked for. Does not wait.
  // REQUIRES: no reply is outstanding.
  [[nodiscard]] bool is_quiet() const noexcept;

  // Ends every wait, now and later, with base::Unavailable("redis_interrupted"). From any thread.
  void interrupt() noexcept;

 private:
  class Descriptor {
   public:
    explicit Descriptor(int fd = -1) noexcept : fd_(fd) {}
    Descriptor(Descriptor&& other) noexcept;
    Descriptor& operator=(Descriptor&& other) noexcept;
    ~Descriptor();
    [[nodiscard]] int get() const noexcept { return fd_; }

   private:
    int fd_;
  };

  void connect(const RedisEndpoint& endpoint, base::SteadyPoint deadline);
  [[nodiscard]] bool connect_to(const void* address, base::SteadyPoint deadline);
  void start_tls(const RedisTls& tls, const std::string& host, base::SteadyPoint deadline);
  [[nodiscard]] bool is_ready_by(short events, base::SteadyPoint deadline);
  void wait_for(short events, base::SteadyPoint deadline);
  void wait_for_tls(int result, base::SteadyPoint deadline);

  Descriptor interrupt_;
  Descriptor socket_;
  std::unique_ptr<ssl_st, void (*)(ssl_st*)> tls_;
};

}  // namespace gatehouse::cache
