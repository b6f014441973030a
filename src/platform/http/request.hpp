#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "platform/base/clock.hpp"
#include "platform/base/ip_address.hpp"
#include "platform/base/unavailable.hpp"
#include "platform/telemetry/trace_context.hpp"

namespace gatehouse::http {

enum class Method : std::uint8_t { get, head, post, put, patch, delete_, options, other };

struct Header {
  std::string_view name;  // as sent; compare with iequals
  std::string_view value;
};

inline constexpr std::size_t kMaxHeaders = 100;

// One request, flat: views into the connection's buffer, which stays as it is until the answer is written.
// The parser has already refused whatever two parsers could read in two ways (see parser.hpp).
class Request {
 public:
  Method method = Method::other;
  std::string_view method_text;
  std::string_view target;  // origin form, as sent
  std::string_view path;    // target up to `?`
  std::string_view query;   // behind `?`, or empty
  unsigned version = 11;    // 10 or 11
  bool keep_alive = true;

  base::IpAddress peer;     // the other end of the socket
  base::IpAddress client;   // read from the forwarded chain where the peer is a trusted proxy; else the peer
  bool from_proxy = false;  // the peer is one of the trusted proxies
  bool secure = false;      // TLS here, or at a trusted proxy that says so
  std::size_t loop = 0;     // the event loop this connection lives on
  telemetry::TraceContext trace;

  std::string body;                                                           // whole; within the route's limit
  std::array<std::pair<std::string_view, std::string_view>, 4> parameters{};  // of the route's path: name → value
  std::size_t parameter_count = 0;

  std::array<Header, kMaxHeaders> headers;
  std::size_t header_count = 0;

  // The first header of that name (given in lower case), or nothing.
  [[nodiscard]] std::optional<std::string_view> header(std::string_view lower_case_name) const;
  // How many headers have that name: a credential sent twice is refused, not picked from.
  [[nodiscard]] std::size_t count(std::string_view lower_case_name) const;
  // The part of the path that `{name}` of the route stands for; empty when the route has none.
  [[nodiscard]] std::string_view parameter(std::string_view name) const;
};

// ASCII case-insensitive, `lower` is already in lower case.
[[nodiscard]] bool iequals(std::string_view text, std::string_view lower);

}  // namespace gatehouse::http
