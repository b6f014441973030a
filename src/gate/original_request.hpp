#pragma once

#include <string>
#include <string_view>

#include "platform/base/result.hpp"
#include "platform/http/request.hpp"

namespace gatehouse::gate {

// In which headers the proxy says what it was asked for.
enum class ProxyHeaders {
  either,     // whichever set is there; both are refused, as one of them is the client's
  original,   // X-Original-URL, X-Original-Method (nginx)
  forwarded,  // X-Forwarded-Uri, X-Forwarded-Method, X-Forwarded-Host (Traefik, Caddy)
};

// What the client asked the proxy for, in the one form that rules are matched against.
struct OriginalRequest {
  std::string_view method;  // upper case, as methods are
  std::string_view host;    // without port; lower case; empty when the proxy does not say
  std::string_view path;    // decoded, without dot segments or doubled slashes
  std::string_view target;  // path and query as they came: where to return to after the sign-in
};

enum class OriginalError {
  missing,     // neither set of headers is there
  ambiguous,   // both sets, or one header twice
  unreadable,  // a path that two programs could read in two ways: see below
};

// Reads it out of the proxy's headers. `scratch` backs the views that had to be rewritten; keep it as long as the
// result.
//
// The path is decoded once, dot segments are resolved and doubled slashes merged, as nginx does before it chooses a
// location. What would still be read differently behind the proxy is refused: an encoded slash, backslash, percent sign
// or NUL, a control character, a broken escape, a path that climbs above the root, `;` (path parameters).
[[nodiscard]] base::Result<OriginalRequest, OriginalError> read_original(const http::Request& request,
                                                                         ProxyHeaders headers, std::string& scratch);

}  // namespace gatehouse::gate
