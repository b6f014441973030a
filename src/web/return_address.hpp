#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::web {

// Whether a browser may be sent to `address` after the sign-in: a path of this host, or a URL whose origin is one of
// `origins` (`https://app.example`, lower case, as check_public_url wants them). Anything that some browser could read
// as another host is refused (CVE-2020-5233, CVE-2021-21291): `//evil`, `/\evil`, control characters, blanks, userinfo,
// a scheme without `//`. web/src/return_address.ts holds to the same rule; tests/support/return_addresses.json to both.
[[nodiscard]] bool may_return_to(std::string_view address, const std::vector<std::string>& origins);

}  // namespace gatehouse::web
