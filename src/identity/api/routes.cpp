#include "identity/api/routes.hpp"

#include <chrono>
#include <string_view>
#include <utility>

#include "identity/api/handlers.hpp"

namespace gatehouse::identity {
namespace {

using contract::Principal;
using http::Method;
using http::RateClass;
using http::Route;

constexpr std::size_t kNoBody = 0;
constexpr std::size_t kCredentials = 4 * 1024;  // bodies that hold a password or a token
constexpr std::size_t kCeremony = 16 * 1024;    // those of an authenticator
constexpr std::size_t kOther = 64 * 1024;

using PublicWork = Answer (*)(const ApiContext&, http::Request&);
using SignedInWork = Answer (*)(const ApiContext&, http::Request&, const Principal&);

// What a route asks of the sign-in besides the permission.
enum class Demand { nothing, fresh, second_factor };

StepUp step_up_of(Demand demand) {
  switch (demand) {
    case Demand::fresh: return kFresh;
    case Demand::second_factor: return {.assurance = contract::Assurance::two_factors};
    case Demand::nothing: break;
  }
  return {};
}

const char* name_of(Demand demand) {
  switch (demand) {
    case Demand::fresh: return "fresh";
    case Demand::second_factor: return "second_factor";
    case Demand::nothing: break;
  }
  return "";
}

class Table {
 public:
  explicit Table(const ApiContext& context) : context_(context) {}

  void anyone(Method method, const char* path, RateClass rate, std::size_t body_limit, PublicWork work) {
    add(method, path, "public", rate, body_limit,
        context_.access.anyone([&context = context_, work](http::Request& request) { return work(context, request); }));
  }

  // `permissions`: any one of them is enough; the first is the one the documentation names.
  void permitted(Method method, const char* path, const std::vector<std::string>& permissions, RateClass rate,
                 std::size_t body_limit, SignedInWork work, Demand demand = Demand::nothing) {
    // By the path and not by the row, so that no row can forget it.
    if (std::string_view(path).starts_with("/v1/admin/") && context_.administrators_need_second_factor) {
      demand = Demand::second_factor;
    }
    auto handler = [&context = context_, work](http::Request& request, const Principal& who) {
      return work(context, request, who);
    };
    add(method, path, permissions.front(), rate, body_limit,
        context_.access.permitted(path, permissions, step_up_of(demand), std::move(handler)));
    routes_.back().step_up = name_of(demand);
    context_.asked_permissions->insert(permissions.begin(), permissions.end());
  }

  [[nodiscard]] std::vector<Route> take() { return std::move(routes_); }

 private:
  void add(Method method, const char* path, std::string access, RateClass rate, std::size_t body_limit,
           http::Handler handler) {
    Route route;
    route.method = method;
    route.path = path;
    route.access = std::move(access);
    route.rate = rate;
    route.body_limit = body_limit;
    route.handler = std::move(handler);
    routes_.push_back(std::move(route));
  }

  const ApiContext& context_;
  std::vector<Route> routes_;
};

}  // namespace

std::vector<Route> make_routes(const ApiContext& context) {
  constexpr auto kUsual = RateClass::everything;
  Table table(context);
  table.anyone(Method::post, "/v1/register", RateClass::registration, kCredentials, register_account);
  table.anyone(Method::post, "/v1/login", RateClass::sign_in, kCredentials, login);
  table.anyone(Method::post, "/v1/login/second-factor", RateClass::sign_in, kCeremony, finish_with_factor);
  table.anyone(Method::post, "/v1/login/webauthn/options", RateClass::sign_in, kCredentials, passkey_options);
  table.anyone(Method::post, "/v1/login/webauthn", RateClass::sign_in, kCeremony, sign_in_with_passkey);
  table.anyone(Method::get, "/v1/challenge", kUsual, kNoBody, show_challenge);
  table.anyone(Method::post, "/v1/refresh", kUsual, kCredentials, refresh);
  table.anyone(Method::post, "/v1/logout", kUsual, kCredentials, logout);
  table.anyone(Method::get, "/.well-known/jwks.json", kUsual, kNoBody, show_keys);

  table.permitted(Method::get, "/v1/session/{id}", {"session:read:own"}, kUsual, kNoBody, show_session);
  table.permitted(Method::get, "/v1/sessions", {"session:read:own"}, kUsual, kNoBody, list_sessions);
  // Who only holds a token that was left lying about keeps the owner signed in (ASVS 7.5.2).
  table.permitted(Method::delete_, "/v1/sessions", {"session:end:own"}, kUsual, kNoBody, end_other_sessions,
                  Demand::fresh);
  table.permitted(Method::delete_, "/v1/sessions/{id}", {"session:end:own"}, kUsual, kNoBody, end_session,
                  Demand::fresh);

  table.permitted(Method::get, "/v1/me", {"profile:read:own"}, kUsual, kNoBody, show_profile);
  table.permitted(Method::patch, "/v1/me", {"profile:write:own"}, kUsual, kCredentials, change_profile);
  table.permitted(Method::post, "/v1/me/password", {"profile:write:own"}, RateClass::sign_in, kCredentials,
                  change_password, Demand::fresh);

  const std::vector<std::string> own{"profile:write:own"};
  table.permitted(Method::post, "/v1/reauthenticate", own, RateClass::sign_in, kCeremony, reauthenticate);
  table.permitted(Method::post, "/v1/reauthenticate/options", own, kUsual, kNoBody, reauthentication_options);
  table.permitted(Method::get, "/v1/factors", {"profile:read:own"}, kUsual, kNoBody, list_factors);
  table.permitted(Method::post, "/v1/factors/totp", own, kUsual, kCredentials, begin_totp, Demand::fresh);
  table.permitted(Method::post, "/v1/factors/totp/{id}/confirm", own, kUsual, kCredentials, confirm_totp,
                  Demand::fresh);
  table.permitted(Method::post, "/v1/factors/webauthn/options", own, kUsual, kNoBody, begin_passkey, Demand::fresh);
  table.permitted(Method::post, "/v1/factors/webauthn", own, kUsual, kCeremony, add_passkey, Demand::fresh);
  table.permitted(Method::patch, "/v1/factors/{id}", own, kUsual, kCredentials, rename_factor);
  table.permitted(Method::delete_, "/v1/factors/{id}", own, kUsual, kNoBody, remove_factor, Demand::fresh);
  table.permitted(Method::put, "/v1/factors/sign-in", own, kUsual, kCredentials, set_sign_in_demand, Demand::fresh);
  table.permitted(Method::post, "/v1/factors/recovery-codes", own, kUsual, kNoBody, renew_recovery_codes,
                  Demand::fresh);

  table.permitted(Method::post, "/v1/me/email", {"profile:write:own"}, RateClass::sign_in, kCredentials,
                  request_email_change, Demand::fresh);

  table.anyone(Method::post, "/v1/password/forgot", RateClass::registration, kCredentials, forgot_password);
  table.anyone(Method::post, "/v1/password/reset/check", RateClass::sign_in, kCredentials, check_password_reset);
  table.anyone(Method::post, "/v1/password/reset", RateClass::sign_in, kCredentials, reset_password);
  table.permitted(Method::post, "/v1/email/verification", {"profile:write:own"}, RateClass::sign_in, kCredentials,
                  send_email_verification);
  table.anyone(Method::post, "/v1/email/verify", RateClass::sign_in, kCredentials, verify_email);
  table.anyone(Method::post, "/v1/email/change", RateClass::sign_in, kCredentials, confirm_email_change);
  table.anyone(Method::post, "/v1/email/restore", RateClass::sign_in, kCredentials, restore_email);
  table.anyone(Method::post, "/v1/invite/check", RateClass::sign_in, kCredentials, check_invite);
  table.anyone(Method::post, "/v1/invite/accept", RateClass::sign_in, kCredentials, accept_invite);
  table.permitted(Method::get, "/v1/me/data", {"profile:read:own"}, RateClass::sign_in, kNoBody, download_data);
  table.permitted(Method::post, "/v1/me/deletion", {"profile:write:own"}, RateClass::sign_in, kCredentials,
                  request_deletion);
  table.permitted(Method::delete_, "/v1/me/deletion", {"profile:write:own"}, kUsual, kNoBody, cancel_deletion);

  const std::vector<std::string> read(kReadsAccounts.begin(), kReadsAccounts.end());
  const std::vector<std::string> manage{"account:manage"};
  table.permitted(Method::get, "/v1/admin/accounts", read, kUsual, kNoBody, list_accounts);
  table.permitted(Method::post, "/v1/admin/accounts/search", read, kUsual, kCredentials, search_accounts);
  table.permitted(Method::post, "/v1/admin/accounts", manage, kUsual, kOther, create_account);
  table.permitted(Method::get, "/v1/admin/accounts/{id}", read, kUsual, kNoBody, show_account);
  table.permitted(Method::delete_, "/v1/admin/accounts/{id}", manage, kUsual, kNoBody, erase_account);
  table.permitted(Method::put, "/v1/admin/accounts/{id}/roles", manage, kUsual, kOther, set_account_roles);
  table.permitted(Method::post, "/v1/admin/accounts/{id}/disable", manage, kUsual, kNoBody, disable_account);
  table.permitted(Method::post, "/v1/admin/accounts/{id}/enable", manage, kUsual, kNoBody, enable_account);
  table.permitted(Method::post, "/v1/admin/accounts/{id}/end-sessions", manage, kUsual, kNoBody, end_account_sessions);
  table.permitted(Method::delete_, "/v1/admin/accounts/{id}/factors", manage, kUsual, kNoBody, reset_account_factors);

  table.permitted(Method::get, "/v1/admin/overview", {"overview:read"}, kUsual, kNoBody, show_overview);
  table.permitted(Method::get, "/v1/admin/keys", {"key:read", "key:manage"}, kUsual, kNoBody, list_signing_keys);
  table.permitted(Method::post, "/v1/admin/keys/rotate", {"key:manage"}, kUsual, kNoBody, rotate_signing_key);

  const std::vector<std::string> roles{"role:manage"};
  table.permitted(Method::get, "/v1/admin/roles", {"role:read", "role:manage"}, kUsual, kNoBody, list_roles);
  table.permitted(Method::put, "/v1/admin/roles", roles, kUsual, kOther, replace_roles);
  table.permitted(Method::put, "/v1/admin/roles/{name}", roles, kUsual, kOther, define_role);
  table.permitted(Method::delete_, "/v1/admin/roles/{name}", roles, kUsual, kNoBody, remove_role);

  const std::vector<std::string> mail{"mail:manage"};
  table.permitted(Method::get, "/v1/admin/mail/dead", mail, kUsual, kNoBody, list_dead_letters);
  table.permitted(Method::post, "/v1/admin/mail/dead/{id}/retry", mail, kUsual, kNoBody, retry_dead_letter);

  const std::vector<std::string> hooks{"webhook:manage"};
  table.permitted(Method::get, "/v1/admin/webhooks", hooks, kUsual, kNoBody, list_webhooks);
  table.permitted(Method::post, "/v1/admin/webhooks", hooks, kUsual, kOther, add_webhook);
  table.permitted(Method::patch, "/v1/admin/webhooks/{id}", hooks, kUsual, kOther, change_webhook);
  table.permitted(Method::delete_, "/v1/admin/webhooks/{id}", hooks, kUsual, kNoBody, remove_webhook);
  table.permitted(Method::post, "/v1/admin/webhooks/{id}/replay", hooks, kUsual, kCredentials, replay_webhook);
  table.permitted(Method::get, "/v1/admin/invites", read, kUsual, kNoBody, list_invites);
  table.permitted(Method::post, "/v1/admin/invites", manage, kUsual, kOther, create_invite);
  table.permitted(Method::delete_, "/v1/admin/invites/{id}", manage, kUsual, kNoBody, withdraw_invite);
  const std::vector<std::string> audit{"audit:read"};
  table.permitted(Method::get, "/v1/admin/audit", audit, kUsual, kNoBody, list_audit_events);
  table.permitted(Method::get, "/v1/admin/audit/export", audit, kUsual, kNoBody, export_audit_log);
  table.permitted(Method::get, "/v1/admin/security-events", audit, kUsual, kNoBody, list_security_events);
  table.permitted(Method::get, "/v1/admin/errors", audit, kUsual, kNoBody, list_errors);
  table.permitted(Method::get, "/v1/admin/errors/{id}", audit, kUsual, kNoBody, show_error);
  table.permitted(Method::get, "/v1/admin/blocks", {"security:read", "security:manage"}, kUsual, kNoBody, list_blocks);
  table.permitted(Method::delete_, "/v1/admin/blocks/{address}", {"security:manage"}, kUsual, kNoBody, end_block);
  return table.take();
}

}  // namespace gatehouse::identity
