#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <utility>

#include "identity/api/cursor.hpp"
#include "identity/api/errors.hpp"
#include "identity/api/handlers.hpp"
#include "identity/api/json_body.hpp"
#include "identity/api/query.hpp"
#include "identity/api/views.hpp"
#include "platform/text/normalise.hpp"

namespace gatehouse::identity {
namespace {

constexpr std::size_t kLongestPrefix = 128;

using Fields = std::vector<http::FieldError>;

// The stored form of a username's beginning, as far as a beginning has one.
std::optional<std::string> parse_prefix(std::string_view text) {
  if (text.empty() || text.size() > kLongestPrefix || text.find('\0') != std::string_view::npos) return std::nullopt;
  auto prefix = text::to_nfc(text);
  if (!prefix) return std::nullopt;
  for (char& c : *prefix) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return prefix;
}

base::Result<AccountFilter, Fields> read_filter(const QueryParameters& query) {
  AccountFilter filter;
  Fields errors;
  const auto take = [&](const char* name, auto parse, auto keep, const char* message) {
    const auto found = query.find(name);
    if (found == query.end()) return;
    if (auto value = parse(found->second)) {
      keep(std::move(*value));
    } else {
      errors.push_back({name, message});
    }
  };
  take(
      "limit", parse_page_limit, [&](std::size_t value) { filter.limit = value; }, kPageLimitForm);
  take(
      "cursor", decode_cursor, [&](contract::AccountId id) { filter.after = id; },
      "must be the next of an earlier page");
  take(
      "username_prefix", parse_prefix, [&](std::string prefix) { filter.username_prefix = std::move(prefix); },
      "must be the beginning of a username");
  if (!errors.empty()) return errors;
  return filter;
}

http::Response page_response(const AccountPage& page) {
  boost::json::array accounts;
  for (const auto& account : page.accounts) accounts.push_back(account_view(account));
  boost::json::object body;
  body["accounts"] = std::move(accounts);
  if (page.next) body["next"] = encode_cursor(*page.next);
  return http::json_response(200, body);
}

http::Response account_or_error(const http::Request& request, const base::Result<Account, Refusal>& account) {
  if (!account) return error_response(request, account.error());
  return http::json_response(200, account_view(*account));
}

std::optional<contract::AccountId> account_id(const http::Request& request) {
  return contract::AccountId::parse(request.parameter("id"));
}

}  // namespace

Answer list_accounts(const ApiContext& context, http::Request& request, const contract::Principal&) {
  auto query = parse_query(request.query, {"limit", "cursor", "username_prefix"});
  if (!query) co_return error_response(request, ApiError::invalid_request, {.fields = query.error()});
  const auto filter = read_filter(*query);
  if (!filter) co_return error_response(request, ApiError::invalid_request, {.fields = filter.error()});
  co_return page_response(co_await context.administration.page(*filter));
}

// In a body: proxies and browsers keep what stands in a URL (ASVS 14.2.1).
Answer search_accounts(const ApiContext& context, http::Request& request, const contract::Principal&) {
  auto body = JsonBody::parse(request);
  if (!body) co_return error_response(request, body.error());
  auto email = body->required_text("email");
  auto errors = body->finish();
  if (!errors.empty()) co_return error_response(request, ApiError::invalid_request, {.fields = std::move(errors)});
  co_return page_response(co_await context.administration.find_by_email(std::move(email)));
}

Answer create_account(const ApiContext& context, http::Request& request, const contract::Principal& who) {
  auto body = JsonBody::parse(request);
  if (!body) co_return error_response(request, body.error());
  AccountWish wish;
  wish.username = body->required_text("username");
  wish.email = body->required_text("email");
  wish.roles = body->required_text_list("roles");
  wish.password = body->secret("password");
  auto errors = body->finish();
  if (!errors.empty()) co_return error_response(request, ApiError::invalid_request, {.fields = std::move(errors)});
  const auto account = co_await context.account_creation.create(std::move(wish), caller_of(request, who));
  if (!account) co_return error_response(request, account.error());
  co_return http::json_response(201, account_view(*account));
}

Answer show_account(const ApiContext& context, http::Request& request, const contract::Principal&) {
  const auto id = account_id(request);
  if (!id) co_return error_response(request, ApiError::not_found);
  co_return account_or_error(request, co_await context.administration.show(*id));
}

Answer set_account_roles(const ApiContext& context, http::Request& request, const contract::Principal& who) {
  const auto id = account_id(request);
  if (!id) co_return error_response(request, ApiError::not_found);
  auto body = JsonBody::parse(request);
  if (!body) co_return error_response(request, body.error());
  auto roles = body->required_text_list("roles");
  auto errors = body->finish();
  if (!errors.empty()) co_return error_response(request, ApiError::invalid_request, {.fields = std::move(errors)});
  co_return account_or_error(request,
                             co_await context.administration.set_roles(*id, std::move(roles), caller_of(request, who)));
}

Answer disable_account(const ApiContext& context, http::Request& request, const contract::Principal& who) {
  const auto id = account_id(request);
  if (!id) co_return error_response(request, ApiError::not_found);
  co_return account_or_error(request, co_await context.administration.disable(*id, caller_of(request, who)));
}

Answer enable_account(const ApiContext& context, http::Request& request, const contract::Principal& who) {
  const auto id = account_id(request);
  if (!id) co_return error_response(request, ApiError::not_found);
  co_return account_or_error(request, co_await context.administration.enable(*id, caller_of(request, who)));
}

Answer reset_account_factors(const ApiContext& context, http::Request& request, const contract::Principal& who) {
  const auto id = account_id(request);
  if (!id) co_return error_response(request, ApiError::not_found);
  co_return account_or_error(request, co_await context.factor_administration.reset(*id, caller_of(request, who)));
}

Answer end_account_sessions(const ApiContext& context, http::Request& request, const contract::Principal& who) {
  const auto id = account_id(request);
  if (!id) co_return error_response(request, ApiError::not_found);
  co_return account_or_error(request, co_await context.administration.end_sessions(*id, caller_of(request, who)));
}

}  // namespace gatehouse::identity
