#include "identity/api/query.hpp"

#include <algorithm>
#include <charconv>

#include "identity/account/administration.hpp"

#include "platform/base/encoding.hpp"

namespace gatehouse::identity {
namespace {

constexpr std::size_t kLongestNameShown = 64;

// As forms write it: a plus is a blank.
std::optional<std::string> decode(std::string_view text) {
  std::string blanks(text);
  std::replace(blanks.begin(), blanks.end(), '+', ' ');
  return base::percent_decode(blanks);
}

}  // namespace

std::optional<std::size_t> parse_page_limit(std::string_view text) {
  std::size_t limit = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), limit);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  if (limit < 1 || limit > kMaxAccountsPerPage) return std::nullopt;
  return limit;
}

base::Result<QueryParameters, std::vector<http::FieldError>> parse_query(std::string_view query,
                                                                         const std::vector<std::string_view>& known) {
  QueryParameters parameters;
  std::vector<http::FieldError> errors;
  while (!query.empty()) {
    const auto end = std::min(query.find('&'), query.size());
    const std::string_view pair = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    const auto equals = std::min(pair.find('='), pair.size());
    const std::string name(pair.substr(0, equals));
    const auto value = decode(pair.substr(std::min(equals + 1, pair.size())));
    // A percent-encoded name is a second spelling of the same parameter: only the plain one is known.
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      errors.push_back({name.size() <= kLongestNameShown ? name : "(long name)", "is not known here"});
    } else if (!value) {
      errors.push_back({name, "has a broken percent escape"});
    } else if (!parameters.emplace(name, *value).second) {
      errors.push_back({name, "stands more than once"});
    }
    if (errors.size() >= 20) break;  // enough to correct; a hostile query may hold thousands
  }
  if (!errors.empty()) return errors;
  return parameters;
}

}  // namespace gatehouse::identity
