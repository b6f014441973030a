#include "identity/account/display_name.hpp"

#include "platform/text/normalise.hpp"

namespace gatehouse::identity {
namespace {

bool disturbs(char32_t c) {
  return c < 0x20 || (c >= 0x7F && c < 0xA0) || (c >= 0x200B && c <= 0x200F) || (c >= 0x2028 && c <= 0x202E) ||
         (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF;
}

// REQUIRES: well-formed UTF-8 that is not empty. Takes one code point off the front.
char32_t take_code_point(std::string_view& text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const std::size_t length = byte(0) < 0x80 ? 1 : byte(0) < 0xE0 ? 2 : byte(0) < 0xF0 ? 3 : 4;
  char32_t c = length == 1 ? byte(0) : byte(0) & (0x7FU >> length);
  for (std::size_t i = 1; i < length; ++i) c = (c << 6U) | (byte(i) & 0x3FU);
  text.remove_prefix(length);
  return c;
}

}  // namespace

std::optional<std::string> prepare_display_name(std::string_view utf8) {
  if (utf8.size() > kMaxDisplayNameCharacters * 8) return std::nullopt;  // before any work
  auto name = text::to_nfc(utf8);
  if (!name) return std::nullopt;
  std::size_t characters = 0;
  for (std::string_view rest = *name; !rest.empty(); ++characters) {
    if (disturbs(take_code_point(rest))) return std::nullopt;
  }
  if (characters > kMaxDisplayNameCharacters) return std::nullopt;
  return name;
}

}  // namespace gatehouse::identity
