#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "identity/api/errors.hpp"
#include "identity/api/handlers.hpp"
#include "identity/api/token_cookies.hpp"
#include "identity/api/views.hpp"

// Everywhere here another account's session is answered like one that does not exist: its id must not be confirmed.
namespace gatehouse::identity {

Answer show_session(const ApiContext& context, http::Request& request, const contract::Principal& who) {
  const auto id = contract::SessionId::parse(request.parameter("id"));
  if (!id) co_return error_response(request, ApiError::not_found);
  const auto session = co_await context.sessions.find(who.account, *id);
  if (!session) co_return error_response(request, ApiError::not_found);
  co_return http::json_response(200, session_view(*session, who.session));
}

Answer list_sessions(const ApiContext& context, http::Request&, const contract::Principal& who) {
  const auto sessions = co_await context.sessions.list(who.account);
  boost::json::array views;
  for (const auto& session : sessions) views.push_back(session_view(session, who.session));
  boost::json::object body;
  body["sessions"] = std::move(views);
  co_return http::json_response(200, body);
}

Answer end_session(const ApiContext& context, http::Request& request, const contract::Principal& who) {
  const auto id = contract::SessionId::parse(request.parameter("id"));
  if (!id) co_return error_response(request, ApiError::not_found);
  const auto reason = *id == who.session ? EndReason::sign_out : EndReason::ended_by_owner;
  const bool ended = co_await context.sessions.end_of_account(who.account, *id, reason);
  if (!ended) co_return error_response(request, ApiError::not_found);
  auto response = http::empty_response(204);
  if (*id == who.session) clear_token_cookies(response);
  co_return response;
}

Answer end_other_sessions(const ApiContext& context, http::Request&, const contract::Principal& who) {
  const auto ended = co_await context.sessions.end_others(who.account, who.session, EndReason::ended_by_owner);
  boost::json::object body;
  body["ended"] = ended;
  co_return http::json_response(200, body);
}

}  // namespace gatehouse::identity
