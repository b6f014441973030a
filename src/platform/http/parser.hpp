#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "platform/http/request.hpp"

namespace gatehouse::http {

inline constexpr std::size_t kMaxLine = 8 * 1024;   // the request line, and each header line
inline constexpr std::size_t kMaxHead = 16 * 1024;  // both together, with the empty line

// How the body of a request is framed.
struct Framing {
  bool chunked = false;
  std::uint64_t content_length = 0;  // 0 when there is none
  [[nodiscard]] bool has_body() const noexcept { return chunked || content_length > 0; }
};

// Finds the end of a request's head in a growing buffer, looking at each byte once, and refuses what must not be read
// on: too long, bare LF, obs-fold. One object a connection; reset() between requests. Not thread-safe.
class HeadScanner {
 public:
  struct Outcome {
    std::size_t head_size = 0;  // of the complete head; 0: more bytes are needed
    unsigned refuse = 0;        // a status: 400, 414 or 431; 0: fine so far
  };
  [[nodiscard]] Outcome scan(std::string_view buffer);
  void reset() { *this = HeadScanner(); }

 private:
  std::size_t scanned_ = 0;
  std::size_t line_start_ = 0;
  bool first_line_ = true;
};

// Reads a complete head (RFC 9112) into `request`, whose views then point into `head`. Whatever two parsers could read
// in two ways is refused with a status (400, 417, 431, 505), as is more than kMaxHeaders. Nothing means it is fine;
// what is fine here is so for Beast's parser, too, with the same result, which the fuzz target `http` holds it to.
// `request` keeps its connection fields (peer, loop).
[[nodiscard]] std::optional<unsigned> parse_head(std::string_view head, Request& request, Framing& framing);

}  // namespace gatehouse::http
