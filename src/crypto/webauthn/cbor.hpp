#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace gatehouse::crypto::webauthn {

// Reads CBOR (RFC 8949) as CTAP2 writes it: lengths are definite, nothing is nested deeper than four levels. In place
// and without memory of its own: what a head claims is believed only as far as there are bytes, so that five bytes
// can't ask for gigabytes (a library that builds a tree allocates what they claim; ADR 41).
//
// Each reader takes one item off the front. Nothing: it is of another type, or malformed; then the reader has failed,
// and so does every later call. Views point into the input.
class CborReader {
 public:
  explicit CborReader(std::string_view bytes) : rest_(bytes) {}

  // Major types 0 and 1; nothing for what does not fit.
  [[nodiscard]] std::optional<std::int64_t> integer();
  [[nodiscard]] std::optional<std::string_view> bytes();
  [[nodiscard]] std::optional<std::string_view> text();
  // How many pairs follow.
  [[nodiscard]] std::optional<std::size_t> map();
  // Takes one whole item, whatever it is, that stands `inside` this many maps or arrays. False: malformed, or too deep.
  [[nodiscard]] bool skip(int inside = 0);

  [[nodiscard]] std::string_view rest() const noexcept { return rest_; }
  [[nodiscard]] bool failed() const noexcept { return failed_; }
  [[nodiscard]] bool at_end() const noexcept { return !failed_ && rest_.empty(); }

 private:
  struct Head {
    unsigned type = 0;  // major type
    std::uint64_t argument = 0;
  };
  std::optional<Head> head();
  std::optional<std::string_view> string_of(unsigned type);
  std::nullopt_t fail() {
    failed_ = true;
    rest_ = {};
    return std::nullopt;
  }

  std::string_view rest_;
  bool failed_ = false;
};

}  // namespace gatehouse::crypto::webauthn
