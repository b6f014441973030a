#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "platform/http_client/client_pool.hpp"

namespace gatehouse::identity {

struct DeliveryOptions {
  bool allow_http = false;
  bool allow_private = false;                // addresses of this machine and of private networks
  std::vector<std::string> allowed_hosts{};  // in lower case; empty: any
  std::string ca_file{};                     // PEM; empty: the system's authorities
  std::chrono::milliseconds timeout{10'000};
};

struct Delivered {
  enum class Kind : std::uint8_t {
    taken,      // any 2xx
    gone,       // 410: it wants no more
    refused,    // any other status; a redirect is one, and is not followed
    forbidden,  // the URL is none that may be reached; nothing was sent
    failed,     // no connection, no trust, no answer in time
    cancelled,
  };
  Kind kind = Kind::failed;
  const char* reason = "";  // a literal
};

// Posts JSON to a URL that somebody chose. Guards against being used to reach what only this server can (SSRF): https
// alone, no user name, and the address is checked when it is connected to, after the name was looked up; redirects are
// not followed; of the answer nothing but the status is told. Connections are not shared between URLs of two hosts.
// Thread-safe.
class Delivery {
 public:
  explicit Delivery(DeliveryOptions options);

  using Headers = std::vector<std::pair<std::string, std::string>>;
  // REQUIRES: headers free of CR, LF and NUL.
  [[nodiscard]] Delivered deliver(const std::string& url, const std::string& body, const Headers& headers = {});
  // Ends every deliver() that is under way, and any later one.
  void cancel() { clients_.cancel(); }

  // Whether deliver() would try it: the scheme, a host that is allowed, no user name, at most 2048 bytes, no fragment.
  [[nodiscard]] bool may_send_to(std::string_view url) const;

 private:
  const DeliveryOptions options_;
  http_client::ClientPool clients_;
};

}  // namespace gatehouse::identity
