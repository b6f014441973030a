#include "platform/text/language.hpp"

#include <algorithm>

namespace gatehouse::text {

bool is_language(std::string_view text) {
  const auto fits = [](char c) { return (c >= 'a' && c <= 'z') || c == '-'; };
  return text.size() >= 2 && text.size() <= 12 && std::ranges::all_of(text, fits);
}

}  // namespace gatehouse::text
