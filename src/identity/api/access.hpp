#pragma once

#include <array>
#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "contract/authenticator.hpp"
#include "contract/permission.hpp"
#include "contract/principal.hpp"
#include "identity/api/browser_guard.hpp"
#include "identity/api/errors.hpp"
#include "identity/audit/denial_book.hpp"
#include "identity/role/roles.hpp"
#include "platform/base/clock.hpp"
#include "platform/base/result.hpp"
#include "platform/http/request.hpp"
#include "platform/http/response.hpp"
#include "platform/http/route.hpp"

namespace gatehouse::identity {

// What reading any account asks for.
inline constexpr std::array<std::string_view, 2> kReadsAccounts{"account:read", "account:manage"};

// A handler for signed-in callers: without a principal it can't be called.
using SignedInHandler =
    std::function<boost::asio::awaitable<http::Response>(http::Request&, const contract::Principal&)>;

// What stands before every handler: is it a foreign page's request, who is calling, may they. Thread-safe.
class Access {
 public:
  // REQUIRES: all outlive every handler made here. REQUIRES: so does this Access.
  Access(contract::Authenticator& authenticator, const Roles& roles, std::string_view public_url,
         const base::Clock& clock, DenialBook& denials)
      : authenticator_(authenticator), roles_(roles), browser_(public_url), clock_(clock), denials_(denials) {}

  // Anyone, but no foreign page.
  [[nodiscard]] http::Handler anyone(http::Handler handler) const;
  // A signed-in caller whose roles grant one of `permissions` (`resource:action[:own|:any]`; a text of another form
  // aborts: it is written here, not sent), and whose sign-in is as fresh and as strong as `step_up` asks for. Who may
  // not anyway is told that, not to sign in again, and the audit log hears of it under `route`, the pattern; so it does
  // where a handler refuses what is beyond the caller's own permissions.
  // REQUIRES: `route` is a literal.
  [[nodiscard]] http::Handler permitted(std::string_view route, const std::vector<std::string>& permissions,
                                        const StepUp& step_up, SignedInHandler handler) const;

  // From `Authorization: Bearer` or the access cookie. Errors: not_signed_in (neither), ambiguous_credentials (both, or
  // one twice), invalid_token. Throws base::Unavailable when the gate can't decide.
  [[nodiscard]] base::Result<std::shared_ptr<const contract::Principal>, ApiError> authenticate(
      const http::Request& request) const;

  // For what only some bodies of a route ask for.
  [[nodiscard]] bool is_met(const StepUp& step_up, const contract::Principal& principal) const;

  [[nodiscard]] bool grants(const contract::Principal& principal, const contract::Permission& wanted) const {
    return contract::any_role_grants(*roles_.snapshot(), principal.roles, wanted);
  }
  // Of texts as permitted() takes them.
  [[nodiscard]] bool grants_any(const contract::Principal& principal, std::span<const std::string_view> wanted) const;
  // For pages, which show what will be permitted; each route still asks for itself.
  [[nodiscard]] std::vector<std::string> granted_to(const contract::Principal& principal) const {
    return contract::granted_to(*roles_.snapshot(), principal.roles);
  }

 private:
  contract::Authenticator& authenticator_;
  const Roles& roles_;
  const BrowserGuard browser_;
  const base::Clock& clock_;
  DenialBook& denials_;
};

}  // namespace gatehouse::identity
