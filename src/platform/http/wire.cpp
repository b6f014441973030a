#include "platform/http/wire.hpp"

#include <algorithm>
#include <array>

#include "platform/http/request.hpp"

namespace gatehouse::http {
namespace {

struct StatusText {
  unsigned status;
  std::string_view line;
};
constexpr std::array kStatusLines{
    StatusText{200, "HTTP/1.1 200 OK\r\n"},
    StatusText{201, "HTTP/1.1 201 Created\r\n"},
    StatusText{202, "HTTP/1.1 202 Accepted\r\n"},
    StatusText{204, "HTTP/1.1 204 No Content\r\n"},
    StatusText{206, "HTTP/1.1 206 Partial Content\r\n"},
    StatusText{301, "HTTP/1.1 301 Moved Permanently\r\n"},
    StatusText{302, "HTTP/1.1 302 Found\r\n"},
    StatusText{303, "HTTP/1.1 303 See Other\r\n"},
    StatusText{304, "HTTP/1.1 304 Not Modified\r\n"},
    StatusText{307, "HTTP/1.1 307 Temporary Redirect\r\n"},
    StatusText{308, "HTTP/1.1 308 Permanent Redirect\r\n"},
    StatusText{400, "HTTP/1.1 400 Bad Request\r\n"},
    StatusText{401, "HTTP/1.1 401 Unauthorized\r\n"},
    StatusText{403, "HTTP/1.1 403 Forbidden\r\n"},
    StatusText{404, "HTTP/1.1 404 Not Found\r\n"},
    StatusText{405, "HTTP/1.1 405 Method Not Allowed\r\n"},
    StatusText{406, "HTTP/1.1 406 Not Acceptable\r\n"},
    StatusText{408, "HTTP/1.1 408 Request Timeout\r\n"},
    StatusText{409, "HTTP/1.1 409 Conflict\r\n"},
    StatusText{410, "HTTP/1.1 410 Gone\r\n"},
    StatusText{412, "HTTP/1.1 412 Precondition Failed\r\n"},
    StatusText{413, "HTTP/1.1 413 Content Too Large\r\n"},
    StatusText{414, "HTTP/1.1 414 URI Too Long\r\n"},
    StatusText{415, "HTTP/1.1 415 Unsupported Media Type\r\n"},
    StatusText{417, "HTTP/1.1 417 Expectation Failed\r\n"},
    StatusText{422, "HTTP/1.1 422 Unprocessable Content\r\n"},
    StatusText{428, "HTTP/1.1 428 Precondition Required\r\n"},
    StatusText{429, "HTTP/1.1 429 Too Many Requests\r\n"},
    StatusText{431, "HTTP/1.1 431 Request Header Fields Too Large\r\n"},
    StatusText{500, "HTTP/1.1 500 Internal Server Error\r\n"},
    StatusText{501, "HTTP/1.1 501 Not Implemented\r\n"},
    StatusText{503, "HTTP/1.1 503 Service Unavailable\r\n"},
    StatusText{505, "HTTP/1.1 505 HTTP Version Not Supported\r\n"},
};

// On every answer, whoever made it. Answers of an API are for programs: nothing may be rendered, framed or kept.
constexpr std::string_view kAlways =
    "X-Content-Type-Options: nosniff\r\n"
    "Referrer-Policy: no-referrer\r\n"
    "Cross-Origin-Resource-Policy: same-origin\r\n";
constexpr std::string_view kNothingLoads = "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n";
constexpr std::string_view kHsts = "Strict-Transport-Security: max-age=31536000; includeSubDomains\r\n";

bool has_header(const Response& response, std::string_view lower) {
  return std::any_of(response.headers.begin(), response.headers.end(),
                     [&](const auto& header) { return iequals(header.first, lower); });
}

}  // namespace

std::string_view status_line(unsigned status) {
  const auto line_of = [](unsigned wanted) {
    return std::find_if(kStatusLines.begin(), kStatusLines.end(),
                        [&](const StatusText& text) { return text.status == wanted; });
  };
  if (const auto exact = line_of(status); exact != kStatusLines.end()) return exact->line;
  const auto of_class = line_of(status / 100 * 100);
  return of_class == kStatusLines.end() ? line_of(500)->line : of_class->line;
}

void write_response(const Response& response, const WireOptions& options, std::string& out) {
  out.append(status_line(response.status)).append("Date: ").append(options.date).append("\r\n");
  if (!options.keep_alive) out.append("Connection: close\r\n");
  if (options.keep_alive && options.http_1_0) out.append("Connection: keep-alive\r\n");
  for (const auto& [name, value] : response.headers) out.append(name).append(": ").append(value).append("\r\n");
  if (!has_header(response, "cache-control")) out.append("Cache-Control: no-store\r\n");
  out.append(kAlways);
  // Of two policies a browser obeys both: a document with its own gets only that.
  if (!has_header(response, "content-security-policy")) out.append(kNothingLoads);
  if (options.secure) out.append(kHsts);
  // RFC 9110 section 6.4.1: these end with the head; a body would be taken for the next answer.
  const bool has_body = response.status != 204 && response.status != 304;
  if (has_body && !response.content_type.empty()) {
    out.append("Content-Type: ").append(response.content_type).append("\r\n");
  }
  if (has_body) {
    out.append("Content-Length: ").append(std::to_string(response.body.size())).append("\r\n");
  }
  out.append("\r\n");
  if (has_body && !options.head_only) out.append(response.body);
}

std::string_view DateCache::at(std::time_t now) {
  if (now != second_) {
    second_ = now;
    std::tm parts{};
    gmtime_r(&now, &parts);
    std::array<char, 64> text{};
    const std::size_t size = std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
    text_.assign(text.data(), size);
  }
  return text_;
}

}  // namespace gatehouse::http
