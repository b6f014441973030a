#include "platform/http/forwarded.hpp"

#include <algorithm>

#include "platform/http/trim.hpp"

namespace gatehouse::http {
namespace {

// Takes the last element off a comma-separated list.
std::string_view take_last(std::string_view& list) {
  const auto comma = list.rfind(',');
  const auto last = comma == std::string_view::npos ? list : list.substr(comma + 1);
  list = comma == std::string_view::npos ? std::string_view{} : list.substr(0, comma);
  return trim(last);
}

}  // namespace

bool TrustedProxies::contains(const base::IpAddress& address) const {
  return std::any_of(networks_.begin(), networks_.end(), [&](const base::Cidr& n) { return n.contains(address); });
}

void weigh_forwarded(Request& request, const TrustedProxies& proxies, bool tls) {
  request.client = request.peer;
  request.secure = tls;
  request.from_proxy = proxies.contains(request.peer);
  if (!request.from_proxy) return;
  // Twice: one of them is the client's.
  if (!tls) request.secure = request.header("x-forwarded-proto") == "https" && request.count("x-forwarded-proto") == 1;

  int left = 32;
  for (std::size_t i = request.header_count; i-- > 0;) {
    if (!iequals(request.headers[i].name, "x-forwarded-for")) continue;
    for (std::string_view list = request.headers[i].value; !list.empty();) {
      const auto address = base::IpAddress::parse(take_last(list));
      if (!address || left-- == 0) return;
      request.client = *address;
      if (!proxies.contains(*address)) return;
    }
  }
}

}  // namespace gatehouse::http
