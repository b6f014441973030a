#include "web/content_coding.hpp"

#include "platform/http/request.hpp"

namespace gatehouse::web {
namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

std::string_view next_item(std::string_view& list, char separator) {
  const auto end = list.find(separator);
  const auto item = trimmed(list.substr(0, end));
  list = end == std::string_view::npos ? std::string_view{} : list.substr(end + 1);
  return item;
}

// `q=0`, `q=0.0`, `q=0.000`.
bool is_refused(std::string_view weight) {
  return weight.starts_with("q=0") && weight.find_first_not_of("0.", 2) == std::string_view::npos;
}

}  // namespace

Coding best_coding(std::string_view accept_encoding, bool has_gzip, bool has_brotli) {
  bool gzip = false;
  while (!accept_encoding.empty()) {
    auto item = next_item(accept_encoding, ',');
    const auto name = next_item(item, ';');
    if (is_refused(trimmed(item))) continue;
    if (has_brotli && http::iequals(name, "br")) return Coding::brotli;
    gzip = gzip || (has_gzip && http::iequals(name, "gzip"));
  }
  return gzip ? Coding::gzip : Coding::identity;
}

}  // namespace gatehouse::web
