#include "platform/config/text.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <numeric>

namespace gatehouse::config {
namespace {

constexpr std::size_t kLongestPrinted = 160;

struct CodePoint {
  std::uint32_t value = 0;
  std::size_t bytes = 0;  // 0: not UTF-8
};

// RFC 3629: shortest form only, no surrogates, nothing above U+10FFFF.
CodePoint decode(std::string_view text) {
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = at(0);
  if (first < 0x80) return {first, 1};
  const std::size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() < size) return {};
  std::uint32_t value = first & (0x7fU >> size);
  for (std::size_t i = 1; i < size; ++i) {
    if ((at(i) & 0xc0U) != 0x80) return {};
    value = value << 6 | (at(i) & 0x3fU);
  }
  constexpr std::uint32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
  if (value < kLeast[size] || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff)) return {};
  return {value, size};
}

bool is_harmless(std::uint32_t c) {
  const bool control = c < 0x20 || (c >= 0x7f && c < 0xa0);
  const bool breaks_or_reorders =
      c == 0x061c || (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f);
  return !control && !breaks_or_reorders && c != 0xfeff;
}

// `value` in as many hexadecimal digits, behind `prefix`.
void append_hex(std::string& out, std::string_view prefix, int digits, unsigned value) {
  char buffer[16];
  std::snprintf(buffer, sizeof buffer, "%0*x", digits, value);
  out.append(prefix).append(buffer);
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

std::string_view last_part(std::string_view key) {
  return key.substr(key.rfind('.') + 1);  // npos + 1 is 0: all of it
}

}  // namespace

std::string printable(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    if (i >= kLongestPrinted) return out + "…";
    const CodePoint c = decode(text.substr(i));
    const std::size_t size = std::max<std::size_t>(c.bytes, 1);
    if (c.bytes != 0 && is_harmless(c.value)) {
      out += text.substr(i, size);
    } else {
      for (const char byte : text.substr(i, size)) append_hex(out, "\\x", 2, static_cast<unsigned char>(byte));
    }
    i += size;
  }
  return out;
}

std::string toml_string(std::string_view text) {
  std::string out = "\"";
  for (std::size_t i = 0; i < text.size();) {
    const CodePoint c = decode(text.substr(i));
    const std::size_t size = std::max<std::size_t>(c.bytes, 1);
    if (text[i] == '"' || text[i] == '\\') {
      out += '\\';
      out += text[i];
    } else if (c.bytes != 0 && is_harmless(c.value)) {
      out += text.substr(i, size);
    } else if (c.bytes != 0) {
      append_hex(out, "\\u", 4, c.value);
    } else {
      append_hex(out, "\\u", 4, static_cast<unsigned char>(text[i]));
    }
    i += size;
  }
  return out + "\"";
}

bool is_text(std::string_view bytes) {
  for (std::size_t i = 0; i < bytes.size();) {
    const CodePoint c = decode(bytes.substr(i));
    if (c.bytes == 0 || c.value == 0) return false;
    i += c.bytes;
  }
  return true;
}

std::string nearest(std::string_view wrong, const std::vector<std::string>& known) {
  constexpr std::size_t kLongestKey = 64;  // longer ones are no typing errors, and the distance costs their product
  if (wrong.size() > kLongestKey) return {};
  std::string best;
  std::size_t best_distance = std::max<std::size_t>(2, wrong.size() / 4) + 1;
  for (const auto& key : known) {
    const std::size_t distance = edit_distance(wrong, key);
    if (distance < best_distance) {
      best = key;
      best_distance = distance;
    }
  }
  if (!best.empty()) return best;
  // The right name under the wrong table.
  const auto same = std::find_if(known.begin(), known.end(),
                                 [&](const std::string& key) { return last_part(key) == last_part(wrong); });
  return same == known.end() ? std::string() : *same;
}

std::string variable_of(std::string_view key) {
  std::string out = "GATEHOUSE_";
  for (const char c : key) out += c == '.' ? '_' : c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return out;
}

}  // namespace gatehouse::config
