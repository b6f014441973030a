#pragma once

#include <vector>

#include "platform/base/ip_address.hpp"
#include "platform/http/request.hpp"

namespace gatehouse::http {

// Whose word about the client is taken.
class TrustedProxies {
 public:
  TrustedProxies() = default;
  explicit TrustedProxies(std::vector<base::Cidr> networks) : networks_(std::move(networks)) {}
  [[nodiscard]] bool contains(const base::IpAddress& address) const;

 private:
  std::vector<base::Cidr> networks_;
};

// Sets request.client, request.from_proxy and request.secure.
//
// The chain of X-Forwarded-For (all its header lines, in order) is read from the right, past the trusted proxies, to
// the first address that is none: everything left of it was written by the client and counts for nothing. A part that
// is not an address ends the walk: the last address that was read then stands for the client, never a looser one. The
// peer itself when it isn't trusted or names nobody. At most 32 addresses are looked at. `Forwarded`, X-Real-IP,
// CF-Connecting-IP and their like are not read at all: one chain, one truth.
void weigh_forwarded(Request& request, const TrustedProxies& proxies, bool tls);

}  // namespace gatehouse::http
