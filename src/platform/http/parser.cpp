#include "platform/http/parser.hpp"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <charconv>

namespace gatehouse::http {
namespace {

namespace beast_http = boost::beast::http;
using boost::beast::string_view;

std::string_view view(string_view v) { return {v.data(), v.size()}; }

Method method_of(beast_http::verb verb) {
  switch (verb) {
    case beast_http::verb::get: return Method::get;
    case beast_http::verb::head: return Method::head;
    case beast_http::verb::post: return Method::post;
    case beast_http::verb::put: return Method::put;
    case beast_http::verb::patch: return Method::patch;
    case beast_http::verb::delete_: return Method::delete_;
    case beast_http::verb::options: return Method::options;
    default: return Method::other;
  }
}

bool is_host(std::string_view host) {
  return !host.empty() && std::all_of(host.begin(), host.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
           c == '_' || c == ':' || c == '[' || c == ']';
  });
}

// Collects the head; refuses by setting `refuse` and an error, which stops Beast.
class FlatParser final : public beast_http::basic_parser<true> {
 public:
  explicit FlatParser(Request& request) : request_(request) {
    skip(true);  // bodies are read by BodyReader, whose rules are stricter
    header_limit(kMaxHead + 1);
  }

  unsigned refuse = 0;
  std::optional<std::uint64_t> content_length;
  bool chunked = false;
  unsigned hosts = 0;

 private:
  void on_request_impl(beast_http::verb verb, string_view method, string_view target, int version,
                       boost::beast::error_code& error) override {
    request_.method = method_of(verb);
    request_.method_text = view(method);
    request_.target = view(target);
    request_.version = static_cast<unsigned>(version);
    if (version != 10 && version != 11) return stop(505, error);
    // Origin form only: an absolute URI would give the request a second host, `*` has no resource here.
    if (target.empty() || target.front() != '/') return stop(400, error);
    if (request_.target.find('#') != std::string_view::npos) return stop(400, error);
    const auto question = request_.target.find('?');
    request_.path = request_.target.substr(0, question);
    request_.query = question == std::string_view::npos ? std::string_view{} : request_.target.substr(question + 1);
  }

  void on_field_impl(beast_http::field field, string_view name, string_view value,
                     boost::beast::error_code& error) override {
    if (request_.header_count == kMaxHeaders) return stop(431, error);
    const bool frames = field == beast_http::field::content_length || field == beast_http::field::transfer_encoding;
    if (frames && !is_plainly_spaced(name, value)) return stop(400, error);
    request_.headers[request_.header_count++] = {view(name), view(value)};
    switch (field) {
      case beast_http::field::content_length: return on_content_length(view(value), error);
      case beast_http::field::transfer_encoding:
        // Exactly this one coding, once: every list, parameter or other coding has been a way to smuggle.
        if (chunked || content_length || request_.version == 10 || !iequals(view(value), "chunked")) {
          return stop(400, error);
        }
        chunked = true;
        return;
      case beast_http::field::host:
        if (++hosts > 1 || !is_host(view(value))) return stop(400, error);
        return;
      case beast_http::field::expect:
        if (!iequals(view(value), "100-continue")) return stop(417, error);
        return;
      default: return;
    }
  }

  // `Name: value` as every client writes it. More white space is legal, and has been read in two ways too often where
  // it decides what is body and what is the next request. REQUIRES: no obs-fold, so both lie in one line of the head.
  static bool is_plainly_spaced(string_view name, string_view value) {
    const auto between = value.data() - (name.data() + name.size());  // `:` or `: `
    return between >= 1 && between <= 2 && value.data()[-1] != '\t' && value.data()[value.size()] == '\r';
  }

  void on_content_length(std::string_view digits, boost::beast::error_code& error) {
    std::uint64_t length = 0;
    const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), length);
    const bool canonical = !digits.empty() && (digits.size() == 1 || digits.front() != '0');
    if (content_length || chunked || failed != std::errc{} || end != digits.data() + digits.size() || !canonical) {
      return stop(400, error);
    }
    content_length = length;
  }

  void on_header_impl(boost::beast::error_code& error) override {
    if (request_.version == 11 && hosts == 0) stop(400, error);
  }

  void stop(unsigned status, boost::beast::error_code& error) {
    refuse = status;
    error = beast_http::error::bad_value;
  }

  // Never called: bodies are skipped, and requests have no reason.
  void on_response_impl(int, string_view, int, boost::beast::error_code&) override {}
  void on_body_init_impl(boost::optional<std::uint64_t> const&, boost::beast::error_code&) override {}
  std::size_t on_body_impl(string_view, boost::beast::error_code&) override { return 0; }
  void on_chunk_header_impl(std::uint64_t, string_view, boost::beast::error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, string_view, boost::beast::error_code&) override { return 0; }
  void on_finish_impl(boost::beast::error_code&) override {}

  Request& request_;
};

// `HTTP/2.0` is a version, if none of ours; `HTTP/1.32` is none (RFC 9112 section 2.3).
bool names_a_version(std::string_view head) {
  constexpr std::string_view kShape = "HTTP/1.1";
  const auto line = head.substr(0, head.find("\r\n"));
  const auto version = line.substr(line.find(' ', line.find(' ') + 1) + 1);
  return version.size() == kShape.size() && version.starts_with("HTTP/") && version[6] == '.' && version[5] >= '0' &&
         version[5] <= '9' && version[7] >= '0' && version[7] <= '9';
}

}  // namespace

HeadScanner::Outcome HeadScanner::scan(std::string_view buffer) {
  for (;;) {
    const auto line_end = buffer.find('\n', scanned_);
    const std::size_t line_size = (line_end == std::string_view::npos ? buffer.size() : line_end) - line_start_;
    if (line_size > kMaxLine) return {0, first_line_ ? 414U : 431U};
    if (line_end == std::string_view::npos) {
      scanned_ = buffer.size();
      return {0, buffer.size() > kMaxHead ? 431U : 0U};
    }
    if (line_end + 1 > kMaxHead) return {0, 431};
    if (line_end == 0 || buffer[line_end - 1] != '\r') return {0, 400};  // bare LF
    const bool empty_line = line_end - line_start_ == 1;
    if (empty_line) return first_line_ ? Outcome{0, 400} : Outcome{line_end + 1, 0};
    const char begins = buffer[line_start_];
    if (begins == ' ' || begins == '\t') return {0, 400};  // obs-fold, or white space before the first line
    scanned_ = line_start_ = line_end + 1;
    first_line_ = false;
  }
}

std::optional<unsigned> parse_head(std::string_view head, Request& request, Framing& framing) {
  request.header_count = 0;
  request.parameter_count = 0;
  FlatParser parser(request);
  boost::beast::error_code error;
  const std::size_t used = parser.put(boost::asio::buffer(head.data(), head.size()), error);
  if (parser.refuse != 0) return parser.refuse;
  if (error == beast_http::error::bad_version) return names_a_version(head) ? 505 : 400;
  if (error || used != head.size() || !parser.is_header_done()) return 400;
  request.keep_alive = parser.keep_alive();
  framing.chunked = parser.chunked;
  framing.content_length = parser.content_length.value_or(0);
  return std::nullopt;
}

}  // namespace gatehouse::http
