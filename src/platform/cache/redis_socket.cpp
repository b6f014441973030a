#include "platform/cache/redis_socket.hpp"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <stdexcept>
#include <utility>

#include "platform/base/unavailable.hpp"
#include "platform/cache/redis_resolver.hpp"

namespace gatehouse::cache {
namespace {

// Up to a millisecond late rather than early: a poll of zero would spin until the deadline.
int milliseconds_until(base::SteadyPoint deadline) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
  return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 3'600'000));
}

bool would_block() { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

}  // namespace

RedisTls::RedisTls(const std::string& ca_file) : context_(SSL_CTX_new(TLS_client_method()), SSL_CTX_free) {
  if (!context_) throw std::runtime_error("TLS: no context");
  SSL_CTX_set_min_proto_version(context_.get(), TLS1_2_VERSION);
  SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_mode(context_.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  const int loaded = ca_file.empty() ? SSL_CTX_set_default_verify_paths(context_.get())
                                     : SSL_CTX_load_verify_file(context_.get(), ca_file.c_str());
  if (loaded != 1) throw std::runtime_error(ca_file + ": no certificates of authorities can be read from it");
}

RedisSocket::Descriptor::Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

RedisSocket::Descriptor& RedisSocket::Descriptor::operator=(Descriptor&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

RedisSocket::Descriptor::~Descriptor() {
  if (fd_ >= 0) ::close(fd_);
}

RedisSocket::RedisSocket(const RedisEndpoint& endpoint, const RedisTls* tls, base::SteadyPoint deadline)
    : interrupt_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)), tls_(nullptr, SSL_free) {
  if (interrupt_.get() < 0) throw base::Unavailable("redis_no_descriptor");
  connect(endpoint, deadline);
  if (tls != nullptr) start_tls(*tls, endpoint.host, deadline);
}

RedisSocket::~RedisSocket() = default;

void RedisSocket::connect(const RedisEndpoint& endpoint, base::SteadyPoint deadline) {
  const auto addresses = resolve(endpoint, deadline);
  int left = 0;
  for (const auto* address = addresses.get(); address != nullptr; address = address->ai_next) ++left;
  // Each gets its share of the time: one that swallows packets must not spend that of the next.
  for (const auto* address = addresses.get(); address != nullptr; address = address->ai_next) {
    const auto now = std::chrono::steady_clock::now();
    if (connect_to(address, now + (deadline - now) / left--)) return;
  }
  throw base::Unavailable("redis_unreachable");
}

bool RedisSocket::connect_to(const void* address, base::SteadyPoint deadline) {
  const auto& info = *static_cast<const addrinfo*>(address);
  socket_ = Descriptor(::socket(info.ai_family, info.ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, info.ai_protocol));
  if (socket_.get() < 0) return false;
  const int on = 1;
  setsockopt(socket_.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  if (::connect(socket_.get(), info.ai_addr, info.ai_addrlen) == 0) return true;
  if (errno != EINPROGRESS || !is_ready_by(POLLOUT, deadline)) return false;
  int error = 0;
  socklen_t size = sizeof(error);
  return getsockopt(socket_.get(), SOL_SOCKET, SO_ERROR, &error, &size) == 0 && error == 0;
}

void RedisSocket::start_tls(const RedisTls& tls, const std::string& host, base::SteadyPoint deadline) {
  tls_.reset(SSL_new(tls.context()));
  if (!tls_) throw base::Unavailable("redis_tls");
  // An address is looked for among the certificate's addresses, a name among its names; only a name is sent (SNI).
  X509_VERIFY_PARAM* const expected = SSL_get0_param(tls_.get());
  if (X509_VERIFY_PARAM_set1_ip_asc(expected, host.c_str()) != 1) {
    SSL_set_hostflags(tls_.get(), X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    if (SSL_set1_host(tls_.get(), host.c_str()) != 1) throw base::Unavailable("redis_tls");
    SSL_set_tlsext_host_name(tls_.get(), host.c_str());
  }
  if (SSL_set_fd(tls_.get(), socket_.get()) != 1) throw base::Unavailable("redis_tls");
  for (;;) {
    ERR_clear_error();
    const int result = SSL_connect(tls_.get());
    if (result == 1) return;
    wait_for_tls(result, deadline);
  }
}

void RedisSocket::write(std::string_view bytes, base::SteadyPoint deadline) {
  while (!bytes.empty()) {
    if (tls_) {
      std::size_t written = 0;
      ERR_clear_error();
      const int result = SSL_write_ex(tls_.get(), bytes.data(), bytes.size(), &written);
      bytes.remove_prefix(written);
      if (result != 1) wait_for_tls(result, deadline);
      continue;
    }
    const auto written = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (written >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(written));
    } else if (would_block()) {
      wait_for(POLLOUT, deadline);
    } else {
      throw base::Unavailable("redis_closed");
    }
  }
}

std::size_t RedisSocket::read(char* out, std::size_t size, base::SteadyPoint deadline) {
  for (;;) {
    if (tls_) {
      std::size_t got = 0;
      ERR_clear_error();
      const int result = SSL_read_ex(tls_.get(), out, size, &got);
      if (result == 1) return got;
      wait_for_tls(result, deadline);
      continue;
    }
    const auto got = ::recv(socket_.get(), out, size, 0);
    if (got > 0) return static_cast<std::size_t>(got);
    if (got == 0 || !would_block()) throw base::Unavailable("redis_closed");
    wait_for(POLLIN, deadline);
  }
}

bool RedisSocket::is_ready_by(short events, base::SteadyPoint deadline) {
  std::array<pollfd, 2> watched{pollfd{socket_.get(), events, 0}, pollfd{interrupt_.get(), POLLIN, 0}};
  const int ready = ::poll(watched.data(), watched.size(), milliseconds_until(deadline));
  if (watched[1].revents != 0) throw base::Unavailable("redis_interrupted");
  return ready != 0;
}

void RedisSocket::wait_for(short events, base::SteadyPoint deadline) {
  if (!is_ready_by(events, deadline)) throw base::Unavailable("redis_timeout");
}

void RedisSocket::wait_for_tls(int result, base::SteadyPoint deadline) {
  switch (SSL_get_error(tls_.get(), result)) {
    case SSL_ERROR_WANT_READ: return wait_for(POLLIN, deadline);
    case SSL_ERROR_WANT_WRITE: return wait_for(POLLOUT, deadline);
    case SSL_ERROR_SSL: throw base::Unavailable("redis_tls");
    default: throw base::Unavailable("redis_closed");
  }
}

bool RedisSocket::is_quiet() const noexcept {
  pollfd watched{socket_.get(), POLLIN | POLLRDHUP, 0};
  if (::poll(&watched, 1, 0) == 0) return true;
  // TLS 1.3 servers send tickets after the handshake, which nobody asked for either.
  if (!tls_ || (watched.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0) return false;
  char byte = 0;
  std::size_t got = 0;
  ERR_clear_error();
  const int result = SSL_peek_ex(tls_.get(), &byte, 1, &got);
  return result != 1 && SSL_get_error(tls_.get(), result) == SSL_ERROR_WANT_READ;
}

void RedisSocket::interrupt() noexcept {
  const std::uint64_t one = 1;
  (void)!::write(interrupt_.get(), &one, sizeof(one));
}

}  // namespace gatehouse::cache
