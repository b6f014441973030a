#pragma once

#include <vector>

#include "identity/api/api_context.hpp"
#include "platform/http/route.hpp"

namespace gatehouse::identity {

// The route table of identity: the whole of its HTTP interface, as docs/api/openapi.yaml describes it.
// REQUIRES: `context` outlives the routes.
[[nodiscard]] std::vector<http::Route> make_routes(const ApiContext& context);

}  // namespace gatehouse::identity
