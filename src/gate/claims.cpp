#include "gate/claims.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>
#include <string>
#include <utility>
#include <vector>

namespace gatehouse::gate {
namespace {

namespace json = boost::json;
using Kind = contract::Revocation::Kind;

std::optional<std::string_view> text(const json::object& claims, std::string_view name) {
  const auto* const value = claims.if_contains(name);
  if (value == nullptr || !value->is_string()) return std::nullopt;
  return std::string_view(value->get_string().data(), value->get_string().size());
}

std::optional<std::int64_t> whole_number(const json::object& claims, std::string_view name) {
  const auto* const value = claims.if_contains(name);
  if (value == nullptr || !value->is_int64() || value->get_int64() < 0) return std::nullopt;
  return value->get_int64();
}

// Nothing unless an array of texts that can stand in a header.
std::optional<std::vector<std::string>> texts(const json::object& claims, std::string_view name) {
  const auto* const value = claims.if_contains(name);
  if (value == nullptr || !value->is_array()) return std::nullopt;
  std::vector<std::string> result;
  for (const auto& element : value->get_array()) {
    if (!element.is_string()) return std::nullopt;
    result.emplace_back(element.get_string());
  }
  return result;
}

// What an older version did not say yet is not so.
bool flag(const json::object& claims, std::string_view name) {
  const auto* const value = claims.if_contains(name);
  return value != nullptr && value->is_bool() && value->get_bool();
}

std::vector<std::string> split(std::string_view list) {
  std::vector<std::string> words;
  while (!list.empty()) {
    const auto space = list.find(' ');
    if (space != 0) words.emplace_back(list.substr(0, space));
    list = space == std::string_view::npos ? std::string_view{} : list.substr(space + 1);
  }
  return words;
}

bool fits_a_header(std::string_view value) {
  return std::all_of(value.begin(), value.end(), [](char c) { return c >= 0x20 && c < 0x7F; });
}

std::string identity_headers(const contract::Principal& principal, std::string_view scope) {
  std::string headers = "X-Auth-Subject: " + principal.account.to_string();
  headers += "\r\nX-Auth-Session: " + principal.session.to_string();
  headers += "\r\nX-Auth-Roles: ";
  for (std::size_t i = 0; i < principal.roles.size(); ++i) headers.append(i == 0 ? "" : ",").append(principal.roles[i]);
  headers.append("\r\nX-Auth-Scope: ").append(scope).append("\r\n");
  return headers;
}

std::shared_ptr<const contract::Principal> read_principal(const json::object& claims, base::TimePoint expires,
                                                          const contract::RolePermissions* known) {
  const auto subject = contract::AccountId::parse(text(claims, "sub").value_or(""));
  const auto session = contract::SessionId::parse(text(claims, "sid").value_or(""));
  const auto client = text(claims, "client_id");
  const auto scope = text(claims, "scope");
  const auto acr = text(claims, "acr");
  const auto auth_time = whole_number(claims, "auth_time");
  auto roles = texts(claims, "roles");
  auto amr = texts(claims, "amr");
  if (!subject || !session || !client || !scope || !acr || !auth_time || !roles || !amr) return nullptr;
  if (!fits_a_header(*scope) || !std::all_of(roles->begin(), roles->end(), fits_a_header)) return nullptr;
  if (known != nullptr) std::erase_if(*roles, [known](const std::string& role) { return !known->contains(role); });
  auto principal = std::make_shared<contract::Principal>();
  principal->account = *subject;
  principal->session = *session;
  principal->client_id = *client;
  principal->roles = std::move(*roles);
  principal->scopes = split(*scope);
  principal->amr = std::move(*amr);
  principal->acr = *acr;
  principal->email_verified = flag(claims, "email_verified");
  principal->auth_time = base::TimePoint(std::chrono::seconds(*auth_time));
  principal->expires = expires;
  return principal;
}

}  // namespace

std::unique_ptr<CachedToken> read_claims(std::string_view token, const crypto::VerifiedToken& verified,
                                         std::chrono::seconds leeway, const contract::RolePermissions* roles) {
  const json::object& claims = verified.claims();
  const auto epoch = whole_number(claims, "epoch");
  auto principal = read_principal(claims, verified.expires_at(), roles);
  if (!principal || !epoch) return nullptr;
  auto entry = std::make_unique<CachedToken>();
  entry->token = token;
  entry->kid = verified.kid();
  entry->headers = identity_headers(*principal, *text(claims, "scope"));
  entry->good_until = verified.expires_at() + leeway;
  entry->epoch = *epoch;
  entry->session = RevocationSet::fingerprint(Kind::session, principal->session.bytes());
  entry->account = RevocationSet::fingerprint(Kind::account, principal->account.bytes());
  entry->jti = RevocationSet::fingerprint(Kind::token, verified.jti());
  entry->key = RevocationSet::fingerprint(Kind::key, verified.kid());
  entry->principal = std::move(principal);
  return entry;
}

}  // namespace gatehouse::gate
