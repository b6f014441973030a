#pragma once

#include <string_view>

#include "gate/reason.hpp"
#include "platform/base/result.hpp"
#include "platform/http/request.hpp"

namespace gatehouse::gate {

inline constexpr std::string_view kAccessCookie = "__Host-gatehouse_access";

// The access token a request carries: `Authorization: Bearer` (RFC 6750) or the access cookie. A view into the request.
// no_credential when there is neither (another scheme is none of ours); ambiguous when there are both, or one twice:
// which of them the service behind would act on can't be known.
[[nodiscard]] base::Result<std::string_view, Reason> extract_token(const http::Request& request);

}  // namespace gatehouse::gate
