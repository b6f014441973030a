#pragma once

#include "platform/base/ip_address.hpp"

namespace gatehouse::http_client {

// Whether an address is one of the open Internet: not this machine, not a private, link-local (cloud metadata),
// carrier-grade, documentation, multicast or reserved network (IANA special-purpose registries, RFC 6890), nor an IPv6
// form with an IPv4 address of those inside (6to4, NAT64, Teredo). For URLs that somebody chose who must not reach what
// only this server can (SSRF).
[[nodiscard]] bool is_public_address(const base::IpAddress& address);

}  // namespace gatehouse::http_client
