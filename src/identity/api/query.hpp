#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/base/result.hpp"
#include "platform/http/response.hpp"

namespace gatehouse::identity {

// A page's size, from 1 to kMaxAccountsPerPage; nothing otherwise.
inline constexpr const char* kPageLimitForm = "must be a number from 1 to 100";
[[nodiscard]] std::optional<std::size_t> parse_page_limit(std::string_view text);

// The parameters of a query string (`application/x-www-form-urlencoded`), each name at most once.
using QueryParameters = std::map<std::string, std::string, std::less<>>;

// Errors name what is wrong: a name that is not among `known`, one that stands twice, a broken percent escape.
[[nodiscard]] base::Result<QueryParameters, std::vector<http::FieldError>> parse_query(
    std::string_view query, const std::vector<std::string_view>& known);

}  // namespace gatehouse::identity
