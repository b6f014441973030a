#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "platform/base/ip_address.hpp"
#include "platform/base/result.hpp"

namespace gatehouse::http_client {

enum class Method { get, post };

struct Request {
  Method method = Method::get;
  std::string url;  // http:// or https://
  // Names and values free of CR, LF and NUL: anything else is a broken invariant and aborts.
  std::vector<std::pair<std::string, std::string>> headers{};
  std::string body{};                         // of a POST
  std::chrono::milliseconds deadline{5'000};  // for all of it, name lookup to last byte
};

struct Response {
  unsigned status = 0;  // a redirect is an answer like any other: it is not followed
  std::string body;
};

enum class ClientError {
  bad_url,        // not http or https, or not a URL
  not_connected,  // no such name, refused, or no way there
  not_trusted,    // TLS failed, the certificate most likely
  timed_out,      // the deadline
  too_large,      // the answer had more bytes than allowed
  broken_off,     // the peer ended in the middle, or did not speak HTTP
  forbidden,      // may_connect refused every address of the name
  cancelled,
};
[[nodiscard]] const char* to_string(ClientError error);

struct ClientOptions {
  std::string ca_file{};  // PEM; empty: the system's authorities
  std::size_t max_response_bytes = std::size_t{1} << 20;
  // Asked with each resolved address before it is connected to; empty: any. For URLs that others choose.
  std::function<bool(const base::IpAddress&)> may_connect{};
};

// Sends one request after another and keeps the connection in between. send() blocks; one thread at a time calls it.
class Client {
 public:
  explicit Client(ClientOptions options = {});
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // Any status is a success of the exchange. Never throws for what the peer does.
  [[nodiscard]] base::Result<Response, ClientError> send(const Request& request);

  // Ends the send() that is under way, and any later one, with `cancelled`. Thread-safe.
  void cancel();

 private:
  struct State;  // libcurl stays behind it
  std::unique_ptr<State> state_;
};

}  // namespace gatehouse::http_client
