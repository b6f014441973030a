// Cookies: a value that is found stands in a header, and a name that stands twice is ambiguous.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "platform/http/cookies.hpp"

namespace {

namespace http = gatehouse::http;

constexpr std::string_view kName = "__Host-gatehouse_access";

void expect(bool holds) {
  if (!holds) std::abort();
}

http::Request request_with(std::string_view first, std::string_view second) {
  http::Request request;
  request.headers[0] = {"Cookie", first};
  request.headers[1] = {"cookie", second};
  request.header_count = 2;
  return request;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto line_end = text.find('\n');
  const auto first = text.substr(0, line_end);
  const auto second = line_end == std::string_view::npos ? std::string_view{} : text.substr(line_end + 1);

  const auto found = http::find_cookie(request_with(first, second), kName);
  if (found) {
    expect(first.find(*found) != std::string_view::npos || second.find(*found) != std::string_view::npos);
    expect(found->find(';') == std::string_view::npos);
    // One more of the name, anywhere, and nobody picks between them.
    const std::string more = std::string(first) + "; " + std::string(kName) + "=planted";
    const auto doubled = http::find_cookie(request_with(more, second), kName);
    expect(!doubled && doubled.error() == http::CookieError::ambiguous);
  } else if (found.error() == http::CookieError::absent) {
    const std::string more = std::string(kName) + "=value; " + std::string(first);
    const auto present = http::find_cookie(request_with(more, second), kName);
    expect(present && *present == "value");
  }
  return 0;
}
