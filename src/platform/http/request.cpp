#include "platform/http/request.hpp"

namespace gatehouse::http {

bool iequals(std::string_view text, std::string_view lower) {
  if (text.size() != lower.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if ((c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c) != lower[i]) return false;
  }
  return true;
}

std::optional<std::string_view> Request::header(std::string_view lower_case_name) const {
  for (std::size_t i = 0; i < header_count; ++i) {
    if (iequals(headers[i].name, lower_case_name)) return headers[i].value;
  }
  return std::nullopt;
}

std::size_t Request::count(std::string_view lower_case_name) const {
  std::size_t found = 0;
  for (std::size_t i = 0; i < header_count; ++i) found += iequals(headers[i].name, lower_case_name) ? 1U : 0U;
  return found;
}

std::string_view Request::parameter(std::string_view name) const {
  for (std::size_t i = 0; i < parameter_count; ++i) {
    if (parameters[i].first == name) return parameters[i].second;
  }
  return {};
}

}  // namespace gatehouse::http
