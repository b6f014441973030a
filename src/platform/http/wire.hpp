#pragma once

#include <ctime>
#include <string>
#include <string_view>

#include "platform/http/response.hpp"

namespace gatehouse::http {

// How an answer is framed; the same for prepared answers and for handlers' responses.
struct WireOptions {
  std::string_view date;  // IMF-fixdate (RFC 9110 section 5.6.7)
  bool keep_alive = true;
  bool head_only = false;  // HEAD: the headers of GET, no body
  bool http_1_0 = false;   // an HTTP/1.0 client is told in words that the connection stays
  bool secure = false;     // HSTS is sent over TLS only (RFC 6797 section 7.2)
};

// Appends the whole response to `out`.
void write_response(const Response& response, const WireOptions& options, std::string& out);

// `HTTP/1.1 200 OK\r\n`; codes it does not know become the first of their class (`418` → 400), else 500.
[[nodiscard]] std::string_view status_line(unsigned status);

// The Date header's value, made anew when the second changes. One per loop; not thread-safe.
class DateCache {
 public:
  [[nodiscard]] std::string_view at(std::time_t now);

 private:
  std::time_t second_ = -1;
  std::string text_;
};

}  // namespace gatehouse::http
