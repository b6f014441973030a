#include "web/return_address.hpp"

#include <algorithm>

namespace gatehouse::web {
namespace {

constexpr std::size_t kLongest = 2048;

// What the URL standard strips, decodes or reads as something else, and what has no place in a serialised URL.
bool is_plain(char c) { return c > ' ' && c < 0x7F && c != '\\' && c != '"' && c != '<' && c != '>' && c != '`'; }

// `%0d%0a` would break a header, and `%2f`, `%5c` right behind the first slash a host, where somebody decodes once
// more.
bool has_risky_escape(std::string_view text) {
  for (std::size_t at = text.find('%'); at != std::string_view::npos; at = text.find('%', at + 1)) {
    const auto escape = text.substr(at + 1, 2);
    const bool control = escape.starts_with('0') || escape.starts_with('1');
    const bool second_slash = at == 1 && (escape == "2f" || escape == "2F" || escape == "5c" || escape == "5C");
    if (control || second_slash) return true;
  }
  return false;
}

bool is_own_path(std::string_view text) { return text.starts_with('/') && !text.starts_with("//"); }

}  // namespace

bool may_return_to(std::string_view address, const std::vector<std::string>& origins) {
  if (address.empty() || address.size() > kLongest || !std::all_of(address.begin(), address.end(), is_plain)) {
    return false;
  }
  if (is_own_path(address)) return !has_risky_escape(address);
  return std::any_of(origins.begin(), origins.end(), [&](const std::string& origin) {
    if (!address.starts_with(origin)) return false;
    const auto rest = address.substr(origin.size());  // `.evil.com`, `@evil`, `:80` are no part of a path
    return rest.empty() || (is_own_path(rest) && !has_risky_escape(rest));
  });
}

}  // namespace gatehouse::web
