// Forwarded headers: whatever a chain says, the client is an address that stands in it or the peer; a peer that is no
// trusted proxy is never overruled; and nothing left of the first untrusted address matters.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "platform/http/forwarded.hpp"

namespace {

namespace http = gatehouse::http;
using gatehouse::base::IpAddress;

void expect(bool holds) {
  if (!holds) std::abort();
}

http::Request request_from(const IpAddress& peer, std::string_view chain, std::string_view proto) {
  http::Request request;
  request.peer = peer;
  request.headers[0] = {"X-Forwarded-For", chain};
  request.headers[1] = {"X-Forwarded-Proto", proto};
  request.header_count = 2;
  return request;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto line_end = text.find('\n');
  const auto chain = text.substr(0, line_end);
  const auto proto = line_end == std::string_view::npos ? std::string_view{} : text.substr(line_end + 1);

  static const http::TrustedProxies proxies(
      {*gatehouse::base::Cidr::parse("10.0.0.0/8"), *gatehouse::base::Cidr::parse("::1/128")});
  static const auto proxy = *IpAddress::parse("10.0.0.1");
  static const auto stranger = *IpAddress::parse("192.0.2.1");

  auto untrusted = request_from(stranger, chain, proto);
  http::weigh_forwarded(untrusted, proxies, false);
  expect(untrusted.client == stranger && !untrusted.secure);

  auto trusted = request_from(proxy, chain, proto);
  http::weigh_forwarded(trusted, proxies, false);
  expect(trusted.secure == (proto == "https"));

  // The client writes the left end: it must not change who the rightmost stranger is.
  const std::string longer = "203.0.113.77, " + std::string(chain);
  auto forged = request_from(proxy, longer, proto);
  http::weigh_forwarded(forged, proxies, false);
  if (!proxies.contains(trusted.client)) expect(forged.client == trusted.client);

  const std::string proxied = std::string(chain) + ", 198.51.100.5";
  auto known = request_from(proxy, proxied, proto);
  http::weigh_forwarded(known, proxies, true);
  expect(known.client == *IpAddress::parse("198.51.100.5") && known.secure);
  return 0;
}
