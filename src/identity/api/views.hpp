#pragma once

#include <boost/json/object.hpp>
#include <cstdint>

#include "contract/principal.hpp"
#include "identity/account/account.hpp"
#include "identity/account/caller.hpp"
#include "identity/account/second_step.hpp"
#include "identity/defence/known_devices.hpp"
#include "identity/factor/factor.hpp"
#include "identity/session/session_service.hpp"
#include "platform/http/request.hpp"
#include "platform/http/response.hpp"

namespace gatehouse::identity {

// How things look from outside: what openapi.yaml calls Account, Session and Tokens.
[[nodiscard]] boost::json::object account_view(const Account& account);
[[nodiscard]] boost::json::object factor_view(const FactorView& factor);
[[nodiscard]] boost::json::object session_view(const SessionView& session, contract::SessionId current);

// The tokens: in `cookie`, the refresh token in its cookie and the access token in cookie and body; in `body`, both in
// the body and no cookie at all.
[[nodiscard]] http::Response token_response(const SessionTokens& tokens, TokenPlace place);
// The same at the end of a whole sign-in, every factor given: in `cookie`, the browser is known to the account from
// here on.
[[nodiscard]] http::Response signed_in_response(const KnownDevices& devices, const http::Request& request,
                                                const SessionTokens& tokens, TokenPlace place);

// A sign-in that goes on: `next` says with what.
[[nodiscard]] http::Response pending_response(const PendingSignIn& pending);

[[nodiscard]] Caller caller_of(const http::Request& request);
// The same for a sign-in: its session remembers where the refresh token went.
[[nodiscard]] Caller caller_of(const http::Request& request, TokenPlace refresh_in);
// The same for an administrator: the log says who it was, and their roles bound what they do.
[[nodiscard]] Caller caller_of(const http::Request& request, const contract::Principal& who);

}  // namespace gatehouse::identity
