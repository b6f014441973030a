#pragma once

#include <string>
#include <string_view>

#include "platform/base/ip_address.hpp"
#include "platform/config/schema.hpp"

namespace gatehouse::app {

// The forms that texts of the configuration must have. Each returns what would be right, or nothing when the text is.
// All are strict where two readers (nginx, a browser, we) could understand a text in two ways.

// `https://app.example`, with a port where it is not the usual one: lower case, no path, no slash at the end.
// http:// only for a host that is this very machine: what travels there can be read and changed on the way.
// Empty is fine: not given.
[[nodiscard]] config::Complaint check_public_url(std::string_view text);

// The same where one has to be given.
[[nodiscard]] config::Complaint check_origin(std::string_view text);

// The host of such an origin, without its port.
[[nodiscard]] std::string host_of_origin(std::string_view origin);

// Where a browser is sent to sign in: a path on the same host (`/sign-in`), or an absolute URL as above with a path.
// Empty is fine.
[[nodiscard]] config::Complaint check_sign_in_url(std::string_view text);

// 1 to 256 printable ASCII characters without spaces, quotes and backslashes.
[[nodiscard]] config::Complaint check_identifier(std::string_view text);

// What [roles] and role lists name: [a-z0-9_-], 1 to 64.
[[nodiscard]] config::Complaint check_role_name(std::string_view text);

// RFC 6749 section 3.3, `scope-token`.
[[nodiscard]] config::Complaint check_scope(std::string_view text);

// A host in lower case, without a port. Empty is fine: any.
[[nodiscard]] config::Complaint check_host(std::string_view text);

// Exact (`/orders`), or a prefix that ends in `/**`. Nothing that a proxy would resolve before or after we look:
// no `..`, `.`, `//`, `%`, `\`, `;`, `?`, `#`.
[[nodiscard]] config::Complaint check_rule_path(std::string_view text);

[[nodiscard]] config::Complaint check_method(std::string_view text);

// `10.0.0.0/8`. Not everybody: a proxy that anyone can be is no proxy (CVE-2026-40575).
[[nodiscard]] config::Complaint check_trusted_network(std::string_view text);

// The origin of another process: `http://10.0.0.1:9464`, `https://id1.internal:9464`. No path, no slash at the end.
[[nodiscard]] config::Complaint check_node_url(std::string_view text);

// `http://` or `https://` with a host and a path. Empty is fine: not given.
[[nodiscard]] config::Complaint check_alert_endpoint(std::string_view text);  // https, or http of this machine
[[nodiscard]] config::Complaint check_trace_endpoint(std::string_view text);

// `localhost`, 127.0.0.0/8, ::1.
[[nodiscard]] bool is_loopback_host(std::string_view host);
[[nodiscard]] bool is_loopback(const base::IpAddress& address);

}  // namespace gatehouse::app
