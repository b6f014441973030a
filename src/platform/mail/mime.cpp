#include "platform/mail/mime.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdio>

namespace gatehouse::mail {
namespace {

constexpr std::string_view kBase64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kHex = "0123456789ABCDEF";
constexpr std::string_view kWordStart = "=?UTF-8?B?";
constexpr std::string_view kWordEnd = "?=";
// 75 less the 12 of start and end leaves 63 characters of base64: 15 whole groups, 45 bytes.
constexpr std::size_t kBytesAWord = 45;
constexpr std::size_t kLineCharacters = 76;
constexpr std::size_t kShortLine = 78;

bool is_printable_ascii(char c) { return c >= ' ' && c <= '~'; }
bool continues_character(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

std::string base64(std::string_view bytes) {
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const auto byte = [&](std::size_t at) {
      return at < bytes.size() ? static_cast<unsigned>(static_cast<unsigned char>(bytes[at])) : 0U;
    };
    const unsigned group = byte(i) << 16U | byte(i + 1) << 8U | byte(i + 2);
    out += kBase64[group >> 18U];
    out += kBase64[group >> 12U & 63U];
    out += i + 1 < bytes.size() ? kBase64[group >> 6U & 63U] : '=';
    out += i + 2 < bytes.size() ? kBase64[group & 63U] : '=';
  }
  return out;
}

std::string always_encoded(std::string_view utf8) {
  std::string out;
  while (!utf8.empty()) {
    std::size_t size = std::min(kBytesAWord, utf8.size());
    while (size < utf8.size() && size > 0 && continues_character(utf8[size])) --size;
    if (!out.empty()) out += "\r\n ";  // white space between encoded words is not shown
    out.append(kWordStart).append(base64(utf8.substr(0, size))).append(kWordEnd);
    utf8.remove_prefix(size);
  }
  return out;
}

// Calls on_line for each line without its end; a last line feed begins no further line.
template <class F>
void each_line(std::string_view text, F on_line) {
  while (!text.empty()) {
    const auto end = text.find('\n');
    auto line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    on_line(line);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
}

std::string encode_byte(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return {'=', kHex[byte >> 4U], kHex[byte & 15U]};
}

}  // namespace

std::string encode_words(std::string_view utf8) {
  const bool plain = std::ranges::all_of(utf8, is_printable_ascii) && utf8.find("=?") == std::string_view::npos &&
                     utf8.size() <= kLineCharacters;
  return plain ? std::string(utf8) : always_encoded(utf8);
}

std::string encode_phrase(std::string_view utf8) {
  constexpr std::string_view kAtoms = "!#$%&'*+-/=?^_`{|}~ ";
  const auto is_atom = [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           kAtoms.find(c) != std::string_view::npos;
  };
  if (encode_words(utf8) != utf8) return always_encoded(utf8);
  if (std::ranges::all_of(utf8, is_atom)) return std::string(utf8);
  std::string quoted = "\"";
  for (const char c : utf8) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + '"';
}

std::string quoted_printable(std::string_view utf8) {
  std::string out;
  each_line(utf8, [&](std::string_view line) {
    std::size_t used = 0;
    for (std::size_t i = 0; i < line.size(); ++i) {
      const char c = line[i];
      const bool last = i + 1 == line.size();
      const bool blank = c == ' ' || c == '\t';
      const bool plain = (is_printable_ascii(c) && c != '=') || c == '\t';
      const std::string piece = plain && !(blank && last) ? std::string(1, c) : encode_byte(c);
      // One place stays free for the `=` of a soft line break.
      if (used + piece.size() > kLineCharacters - 1) {
        out += "=\r\n";
        used = 0;
      }
      out += piece;
      used += piece.size();
    }
    out += "\r\n";
  });
  return out;
}

bool is_short_ascii(std::string_view text) {
  bool fits = true;
  each_line(text, [&](std::string_view line) {
    fits = fits && line.size() <= kShortLine &&
           std::ranges::all_of(line, [](char c) { return is_printable_ascii(c) || c == '\t'; });
  });
  return fits;
}

std::string with_crlf(std::string_view text) {
  std::string out;
  each_line(text, [&](std::string_view line) { out.append(line).append("\r\n"); });
  return out;
}

std::string rfc5322_date(base::TimePoint time) {
  constexpr std::array kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::seconds>(time - day));
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%s, %02u %s %04d %02d:%02d:%02d +0000",
                kDays.at(std::chrono::weekday(day).c_encoding()), static_cast<unsigned>(date.day()),
                kMonths.at(static_cast<unsigned>(date.month()) - 1), static_cast<int>(date.year()),
                static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()));
  return text.data();
}

}  // namespace gatehouse::mail
