#include "platform/http/parser.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "platform/http/trim.hpp"

namespace gatehouse::http {
namespace {

constexpr std::array<std::pair<std::string_view, Method>, 7> kMethods{{{"GET", Method::get},
                                                                       {"HEAD", Method::head},
                                                                       {"POST", Method::post},
                                                                       {"PUT", Method::put},
                                                                       {"PATCH", Method::patch},
                                                                       {"DELETE", Method::delete_},
                                                                       {"OPTIONS", Method::options}}};

// tchar of RFC 9110 section 5.6.2.
constexpr std::array<bool, 256> make_token_table() {
  std::array<bool, 256> table{};
  for (const char c :
       std::string_view("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")) {
    table[static_cast<unsigned char>(c)] = true;
  }
  return table;
}
constexpr auto kTokenTable = make_token_table();

bool is_token(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return kTokenTable[static_cast<unsigned char>(c)]; });
}

// No control character but HTAB: a bare CR, LF or NUL is how one header becomes two. Without an early end, so that the
// compiler looks at sixteen bytes at a time, which takes a byte to gather what is found; most of a head is one token.
bool is_field_value(std::string_view text) {
  std::uint8_t bad = 0;
  for (const char c : text) {
    const auto byte = static_cast<std::uint8_t>(c);
    bad |= static_cast<std::uint8_t>(((byte < 0x20) & (byte != '\t')) | (byte == 0x7F));
  }
  return bad == 0;
}

bool is_target(std::string_view text) {
  std::uint8_t bad = 0;
  for (const char c : text) {
    const auto byte = static_cast<std::uint8_t>(c);
    bad |= static_cast<std::uint8_t>((byte <= 0x20) | (byte == 0x7F) | (byte == '#'));
  }
  return bad == 0;
}

bool is_host(std::string_view host) {
  return !host.empty() && std::all_of(host.begin(), host.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
           c == '_' || c == ':' || c == '[' || c == ']';
  });
}

// Reads a complete head, line by line (RFC 9112 sections 3 and 5). Each step says with which status to refuse, or 0.
class HeadReader {
 public:
  HeadReader(std::string_view head, Request& request, Framing& framing)
      : rest_(head), request_(request), framing_(framing) {}

  unsigned read() {
    std::string_view line;
    if (!next_line(line)) return 400;
    if (const unsigned refused = read_request_line(line)) return refused;
    request_.keep_alive = request_.version == 11;
    for (;;) {
      if (!next_line(line)) return 400;
      if (line.empty()) break;
      if (const unsigned refused = read_field(line)) return refused;
    }
    if (!rest_.empty() || (request_.version == 11 && hosts_ == 0)) return 400;
    request_.keep_alive = !close_ && (request_.keep_alive || keep_alive_);
    return 0;
  }

 private:
  // Without its CRLF, which is the only end a line may have. False: there is none.
  bool next_line(std::string_view& line) {
    const auto end = rest_.find('\n');
    if (end == std::string_view::npos || end == 0 || rest_[end - 1] != '\r') return false;
    line = rest_.substr(0, end - 1);
    rest_.remove_prefix(end + 1);
    return true;
  }

  // method SP request-target SP HTTP-version, single spaces.
  unsigned read_request_line(std::string_view line) {
    const auto first = line.find(' ');
    const auto second = first == std::string_view::npos ? first : line.find(' ', first + 1);
    if (second == std::string_view::npos) return 400;
    request_.method_text = line.substr(0, first);
    request_.target = line.substr(first + 1, second - first - 1);
    if (!is_token(request_.method_text)) return 400;
    // Origin form only: an absolute URI would give the request a second host, `*` has no resource here.
    if (!request_.target.starts_with('/') || !is_target(request_.target)) return 400;
    const auto known = std::find_if(kMethods.begin(), kMethods.end(),
                                    [&](const auto& method) { return method.first == request_.method_text; });
    request_.method = known == kMethods.end() ? Method::other : known->second;
    const auto question = request_.target.find('?');
    request_.path = request_.target.substr(0, question);
    request_.query = question == std::string_view::npos ? std::string_view{} : request_.target.substr(question + 1);
    return read_version(line.substr(second + 1));
  }

  // `HTTP/2.0` is a version, if none of ours; `HTTP/1.32` is none (section 2.3).
  unsigned read_version(std::string_view text) {
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    if (text.size() != 8 || !text.starts_with("HTTP/") || text[6] != '.' || !is_digit(text[5]) || !is_digit(text[7])) {
      return 400;
    }
    if (text[5] != '1' || text[7] > '1') return 505;
    request_.version = text[7] == '1' ? 11 : 10;
    return 0;
  }

  // field-name ":" OWS field-value OWS. White space before the colon is no token; at the line's start it is obs-fold.
  unsigned read_field(std::string_view line) {
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) return 400;
    const std::string_view name = line.substr(0, colon);
    const std::string_view raw = line.substr(colon + 1);
    if (!is_token(name) || !is_field_value(raw)) return 400;
    if (request_.header_count == kMaxHeaders) return 431;
    const std::string_view value = trim(raw);
    request_.headers[request_.header_count++] = {name, value};
    return weigh_field(name, value, raw);
  }

  // The few headers that decide how the connection is read on; told apart by length first.
  unsigned weigh_field(std::string_view name, std::string_view value, std::string_view raw) {
    switch (name.size()) {
      case 4:
        if (!iequals(name, "host")) return 0;
        return ++hosts_ > 1 || !is_host(value) ? 400 : 0;
      case 6: return iequals(name, "expect") && !iequals(value, "100-continue") ? 417 : 0;
      case 10:
        if (iequals(name, "connection")) read_connection(value);
        return 0;
      case 14: return iequals(name, "content-length") ? read_content_length(value, raw) : 0;
      case 17: return iequals(name, "transfer-encoding") ? read_transfer_encoding(value, raw) : 0;
      default: return 0;
    }
  }

  void read_connection(std::string_view list) {
    while (!list.empty()) {
      const auto comma = list.find(',');
      const auto option = trim(list.substr(0, comma));
      close_ = close_ || iequals(option, "close");
      keep_alive_ = keep_alive_ || iequals(option, "keep-alive");
      list = comma == std::string_view::npos ? std::string_view{} : list.substr(comma + 1);
    }
  }

  // `Name: value` as every client writes it. More white space is legal, and has been read in two ways too often where
  // it decides what is body and what is the next request.
  static bool is_plainly_spaced(std::string_view value, std::string_view raw) {
    return raw.size() == value.size() || (raw.size() == value.size() + 1 && raw.front() == ' ');
  }

  unsigned read_content_length(std::string_view value, std::string_view raw) {
    std::uint64_t length = 0;
    const auto [end, failed] = std::from_chars(value.data(), value.data() + value.size(), length);
    const bool canonical = !value.empty() && (value.size() == 1 || value.front() != '0');
    if (has_length_ || framing_.chunked || failed != std::errc{} || end != value.data() + value.size() || !canonical ||
        !is_plainly_spaced(value, raw)) {
      return 400;
    }
    has_length_ = true;
    framing_.content_length = length;
    return 0;
  }

  // Exactly this one coding, once: every list, parameter or other coding has been a way to smuggle.
  unsigned read_transfer_encoding(std::string_view value, std::string_view raw) {
    if (framing_.chunked || has_length_ || request_.version == 10 || !iequals(value, "chunked") ||
        !is_plainly_spaced(value, raw)) {
      return 400;
    }
    framing_.chunked = true;
    return 0;
  }

  std::string_view rest_;
  Request& request_;
  Framing& framing_;
  unsigned hosts_ = 0;
  bool has_length_ = false;
  bool close_ = false;
  bool keep_alive_ = false;
};

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
  framing = {};
  const unsigned refused = HeadReader(head, request, framing).read();
  return refused == 0 ? std::nullopt : std::optional(refused);
}

}  // namespace gatehouse::http
