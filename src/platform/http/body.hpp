#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "platform/http/parser.hpp"

namespace gatehouse::http {

// Takes a request's body out of the bytes behind its head, into one string of at most `limit` bytes.
// Chunked bodies (RFC 9112 section 7.1) are read strictly: CRLF only, hexadecimal sizes of at most 8 digits, no chunk
// extensions (nobody needs them, and they have hidden requests), no trailer fields. Not thread-safe.
class BodyReader {
 public:
  BodyReader(const Framing& framing, std::size_t limit) : framing_(framing), limit_(limit) {}

  struct Outcome {
    std::size_t used = 0;  // bytes of `input` that are done with
    bool complete = false;
    unsigned refuse = 0;  // 400 or 413: answer it and close; nothing behind can be trusted
  };
  // Reads on; what was used need not be shown again.
  [[nodiscard]] Outcome read(std::string_view input, std::string& body);

 private:
  enum class State { size, data, data_end, last_end };
  Outcome read_fixed(std::string_view input, std::string& body) const;
  Outcome read_chunked(std::string_view input, std::string& body);
  // True when it used something; sets refuse or complete where that is what it found.
  bool step(std::string_view input, Outcome& outcome, std::string& body);
  bool read_size_line(std::string_view rest, Outcome& outcome, std::size_t held);
  static bool read_crlf(std::string_view rest, Outcome& outcome);

  const Framing framing_;
  const std::size_t limit_;
  State state_ = State::size;
  std::uint64_t chunk_left_ = 0;
};

}  // namespace gatehouse::http
