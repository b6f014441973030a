#include "identity/api/views.hpp"

#include <boost/json/array.hpp>

#include "identity/api/token_cookies.hpp"
#include "platform/telemetry/json_line.hpp"

namespace gatehouse::identity {
namespace {

boost::json::array text_array(const std::vector<std::string>& texts) {
  boost::json::array array;
  for (const auto& text : texts) array.emplace_back(text);
  return array;
}

}  // namespace

boost::json::object account_view(const Account& account) {
  return {{"id", account.id.to_string()},
          {"username", account.username},
          {"email", account.profile.email},
          {"email_verified", account.email_verified},
          {"display_name", account.profile.display_name},
          {"language", account.profile.language},
          {"state", to_string(account.state)},
          {"roles", text_array(account.roles)},
          {"created_at", telemetry::to_rfc3339(account.created_at)}};
}

boost::json::object session_view(const SessionView& session, contract::SessionId current) {
  return {{"id", session.id.to_string()},
          {"alive", true},
          {"current", session.id == current},
          {"address", session.client.address},
          {"agent", session.client.agent},
          {"created_at", telemetry::to_rfc3339(session.created_at)},
          {"last_used_at", telemetry::to_rfc3339(session.last_used_at)},
          {"expires_at", telemetry::to_rfc3339(session.expires_at)},
          {"auth_time", telemetry::to_rfc3339(session.auth_time)},
          {"amr", text_array(session.amr)}};
}

boost::json::object factor_view(const FactorView& factor) {
  boost::json::object view{{"id", factor.id.to_string()},
                           {"kind", to_string(factor.kind)},
                           {"name", factor.name},
                           {"created_at", telemetry::to_rfc3339(factor.created_at)}};
  if (factor.last_used_at) view["last_used_at"] = telemetry::to_rfc3339(*factor.last_used_at);
  return view;
}

http::Response token_response(const SessionTokens& tokens, TokenPlace place) {
  boost::json::object body{{"access_token", tokens.access_token.expose()},
                           {"token_type", "Bearer"},
                           {"expires_in", tokens.expires_in.count()},
                           {"session_id", tokens.session.to_string()}};
  if (place == TokenPlace::body) body["refresh_token"] = tokens.refresh_token.expose();
  auto response = http::json_response(200, body);
  if (place == TokenPlace::cookie) {
    set_token_cookies(response, {.refresh_token = tokens.refresh_token,
                                 .refresh_max_age = tokens.refresh_expires_in,
                                 .access_token = tokens.access_token,
                                 .access_max_age = tokens.expires_in});
  }
  return response;
}

http::Response pending_response(const PendingSignIn& pending) {
  boost::json::array methods;
  for (const auto method : pending.methods) methods.emplace_back(method);
  return http::json_response(200, boost::json::object{{"next", "second_factor"},
                                                      {"transaction", pending.transaction.expose()},
                                                      {"methods", std::move(methods)},
                                                      {"expires_in", pending.expires_in.count()}});
}

http::Response signed_in_response(const KnownDevices& devices, const http::Request& request,
                                  const SessionTokens& tokens, TokenPlace place) {
  auto response = token_response(tokens, place);
  if (place == TokenPlace::cookie) {
    set_device_cookie(response, devices.remember(device_cookie(request), tokens.account.bytes()));
  }
  return response;
}

Caller caller_of(const http::Request& request) {
  return {.address = request.client,
          .agent = std::string(request.header("user-agent").value_or("")),
          .trace = request.trace,
          .device_cookie = device_cookie(request)};
}

Caller caller_of(const http::Request& request, TokenPlace refresh_in) {
  Caller caller = caller_of(request);
  caller.refresh_in = refresh_in;
  return caller;
}

Caller caller_of(const http::Request& request, const contract::Principal& who) {
  Caller caller = caller_of(request);
  caller.account = who.account;
  caller.roles = who.roles;
  return caller;
}

}  // namespace gatehouse::identity
