#include "identity/api/routes.hpp"

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
constexpr std::size_t kOther = 64 * 1024;

using PublicWork = Answer (*)(const ApiContext&, http::Request&);
using SignedInWork = Answer (*)(const ApiContext&, http::Request&, const Principal&);

class Table {
 public:
  explicit Table(const ApiContext& context) : context_(context) {}

  void anyone(Method method, const char* path, RateClass rate, std::size_t body_limit, PublicWork work) {
    add(method, path, "public", rate, body_limit,
        context_.access.anyone([&context = context_, work](http::Request& request) { return work(context, request); }));
  }

  // `permissions`: any one of them is enough; the first is the one the documentation names.
  void permitted(Method method, const char* path, const std::vector<std::string>& permissions, RateClass rate,
                 std::size_t body_limit, SignedInWork work) {
    auto handler = [&context = context_, work](http::Request& request, const Principal& who) {
      return work(context, request, who);
    };
    add(method, path, permissions.front(), rate, body_limit,
        context_.access.permitted(permissions, std::move(handler)));
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
  table.anyone(Method::post, "/v1/refresh", kUsual, kCredentials, refresh);
  table.anyone(Method::post, "/v1/logout", kUsual, kCredentials, logout);
  table.anyone(Method::get, "/.well-known/jwks.json", kUsual, kNoBody, show_keys);

  table.permitted(Method::get, "/v1/session/{id}", {"session:read:own"}, kUsual, kNoBody, show_session);
  table.permitted(Method::get, "/v1/sessions", {"session:read:own"}, kUsual, kNoBody, list_sessions);
  table.permitted(Method::delete_, "/v1/sessions", {"session:end:own"}, kUsual, kNoBody, end_other_sessions);
  table.permitted(Method::delete_, "/v1/sessions/{id}", {"session:end:own"}, kUsual, kNoBody, end_session);

  table.permitted(Method::get, "/v1/me", {"profile:read:own"}, kUsual, kNoBody, show_profile);
  table.permitted(Method::patch, "/v1/me", {"profile:write:own"}, kUsual, kCredentials, change_profile);
  table.permitted(Method::post, "/v1/me/password", {"profile:write:own"}, RateClass::sign_in, kCredentials,
                  change_password);

  const std::vector<std::string> read{"account:read", "account:manage"};
  const std::vector<std::string> manage{"account:manage"};
  table.permitted(Method::get, "/v1/admin/accounts", read, kUsual, kNoBody, list_accounts);
  table.permitted(Method::get, "/v1/admin/accounts/{id}", read, kUsual, kNoBody, show_account);
  table.permitted(Method::put, "/v1/admin/accounts/{id}/roles", manage, kUsual, kOther, set_account_roles);
  table.permitted(Method::post, "/v1/admin/accounts/{id}/disable", manage, kUsual, kNoBody, disable_account);
  table.permitted(Method::post, "/v1/admin/accounts/{id}/enable", manage, kUsual, kNoBody, enable_account);
  table.permitted(Method::post, "/v1/admin/accounts/{id}/end-sessions", manage, kUsual, kNoBody, end_account_sessions);

  const std::vector<std::string> mail{"mail:manage"};
  table.permitted(Method::get, "/v1/admin/mail/dead", mail, kUsual, kNoBody, list_dead_letters);
  table.permitted(Method::post, "/v1/admin/mail/dead/{id}/retry", mail, kUsual, kNoBody, retry_dead_letter);

  const std::vector<std::string> hooks{"webhook:manage"};
  table.permitted(Method::get, "/v1/admin/webhooks", hooks, kUsual, kNoBody, list_webhooks);
  table.permitted(Method::post, "/v1/admin/webhooks", hooks, kUsual, kOther, add_webhook);
  table.permitted(Method::patch, "/v1/admin/webhooks/{id}", hooks, kUsual, kOther, change_webhook);
  table.permitted(Method::delete_, "/v1/admin/webhooks/{id}", hooks, kUsual, kNoBody, remove_webhook);
  table.permitted(Method::post, "/v1/admin/webhooks/{id}/replay", hooks, kUsual, kCredentials, replay_webhook);
  return table.take();
}

}  // namespace gatehouse::identity
