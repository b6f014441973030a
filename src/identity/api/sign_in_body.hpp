#pragma once

#include "identity/account/sign_in_completion.hpp"
#include "identity/api/api_context.hpp"
#include "identity/api/json_body.hpp"
#include "identity/api/views.hpp"
#include "platform/http/request.hpp"

namespace gatehouse::identity {

// What all bodies that end in a session have in common: `refresh_in`, cookie where nothing is said.
[[nodiscard]] TokenPlace read_place(JsonBody& body);

// Which session this client already holds: that of its refresh cookie, where it is authentic. It is replaced when the
// new one goes into the same cookie.
[[nodiscard]] HeldSession held_session(const ApiContext& context, const http::Request& request, TokenPlace place);

}  // namespace gatehouse::identity
