#include "identity/account/language.hpp"

#include <algorithm>

namespace gatehouse::identity {

bool is_language(std::string_view text) {
  const auto fits = [](char c) { return (c >= 'a' && c <= 'z') || c == '-'; };
  return text.size() >= 2 && text.size() <= 12 && std::ranges::all_of(text, fits);
}

std::optional<FieldProblem> language_problem(std::string_view text) {
  if (text.empty() || is_language(text)) return std::nullopt;
  return FieldProblem{"language", "must be the name of a language, such as en or de"};
}

}  // namespace gatehouse::identity
