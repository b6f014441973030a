#pragma once

#include <atomic>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "crypto/jwt.hpp"
#include "identity/api/routes.hpp"
#include "identity/factor/factor_fixture.hpp"
#include "platform/base/json.hpp"
#include "platform/http/route.hpp"

namespace gatehouse::identity {

// For tests: verifies tokens for real and refuses what the feed has revoked, as a gate does.
class FakeAuthenticator final : public contract::Authenticator {
 public:
  FakeAuthenticator(const KeyManager& keys, const FakeFeed& feed, const base::Clock& clock)
      : keys_(keys), feed_(feed), clock_(clock) {}

  base::Result<std::shared_ptr<const contract::Principal>, contract::AuthError> authenticate(
      std::size_t, std::string_view token) override {
    if (stale) return contract::AuthError::unavailable;
    const auto verified = crypto::verify_jwt(token, *keys_.snapshot()->verification,
                                             {.issuer = "https://app.example", .audience = "gatehouse"}, clock_.now());
    if (!verified) return contract::AuthError::invalid_token;
    auto who = std::make_shared<contract::Principal>();
    who->account = contract::AccountId::parse(verified->subject()).value();
    who->session = contract::SessionId::parse(text(verified->claims(), "sid")).value();
    for (const auto& role : verified->claims().at("roles").as_array()) who->roles.emplace_back(role.as_string());
    for (const auto& method : verified->claims().at("amr").as_array()) who->amr.emplace_back(method.as_string());
    who->acr = text(verified->claims(), "acr");
    who->auth_time = base::TimePoint(std::chrono::seconds(verified->claims().at("auth_time").as_int64()));
    const auto epoch = verified->claims().at("epoch").as_int64();
    for (const auto& row : feed_.rows()) {
      using Kind = contract::Revocation::Kind;
      if (row.kind == Kind::session && row.key == who->session.bytes()) return contract::AuthError::invalid_token;
      if (row.kind == Kind::account && row.key == who->account.bytes() && epoch < row.min_epoch) {
        return contract::AuthError::invalid_token;
      }
    }
    return std::shared_ptr<const contract::Principal>(std::move(who));
  }

  bool stale = false;  // the feed has been silent for too long

 private:
  static std::string text(const boost::json::object& claims, const char* name) {
    return std::string(claims.at(name).as_string());
  }
  const KeyManager& keys_;
  const FakeFeed& feed_;
  const base::Clock& clock_;
};

// For tests: looks at the database when it is told of a change, as a node does.
class FakeChanges final : public contract::ChangeFeed {
 public:
  explicit FakeChanges(Roles& roles) : roles_(roles) {}
  boost::asio::awaitable<void> announce() override {
    roles_.reload();
    ++announced;
    co_return;
  }
  std::atomic<int> announced{0};

 private:
  Roles& roles_;
};

// A request with the memory its views look at.
struct OwnedRequest {
  std::deque<std::string> texts;
  std::unique_ptr<http::Request> request = std::make_unique<http::Request>();

  std::string_view keep(std::string_view text) { return texts.emplace_back(text); }
  void add_header(std::string_view name, std::string_view value) {
    request->headers[request->header_count++] = {keep(name), keep(value)};
  }
};

using Headers = std::vector<std::pair<std::string, std::string>>;

// What came back, as a client reads it.
struct Reply {
  unsigned status = 0;
  http::Response raw;

  [[nodiscard]] boost::json::object json() const {
    const auto value = base::parse_json(raw.body);
    return value && value->is_object() ? value->get_object() : boost::json::object();
  }
  [[nodiscard]] std::string text(std::string_view member) const {
    const auto object = json();
    const auto* value = object.if_contains(member);
    return value != nullptr && value->is_string() ? std::string(value->get_string()) : "";
  }
  [[nodiscard]] std::string slug() const { return text("type"); }
  [[nodiscard]] std::string header(std::string_view name) const {
    for (const auto& [key, value] : raw.headers) {
      if (key == name) return value;
    }
    return "";
  }
  // Value of a cookie that was set; nothing when none of the name was.
  [[nodiscard]] std::optional<std::string> cookie(std::string_view name) const {
    for (const auto& [key, value] : raw.headers) {
      if (key == "Set-Cookie" && value.starts_with(std::string(name) + "=")) {
        return value.substr(name.size() + 1, value.find(';') - name.size() - 1);
      }
    }
    return std::nullopt;
  }
  // The fields that a 400 names, separated by spaces.
  [[nodiscard]] std::string fields() const {
    const auto object = json();
    std::string names;
    const auto* errors = object.if_contains("errors");
    if (errors == nullptr) return names;
    for (const auto& error : errors->as_array()) {
      names += (names.empty() ? "" : " ") + std::string(error.as_object().at("field").as_string());
    }
    return names;
  }
};

// For tests: the whole HTTP interface of identity, called without a socket.
struct ApiStack : FactorStack {
  using FactorStack::FactorStack;

  FakeAuthenticator authenticator{keys, feed, clock};
  DenialBook denials;
  Access access{authenticator, roles, "https://app.example", clock, denials};
  ErasureStore erasures{{.accounts = store, .sessions = session_store, .revocations = revocations, .events = audit}};
  DeletionService deletion{{.database = database,
                            .erasures = erasures,
                            .accounts = steps,
                            .current_password = current_password,
                            .sessions = sessions,
                            .mail = outbox,
                            .clock = clock,
                            .log = log.logger()},
                           std::chrono::hours(24 * 7)};
  audit::EventStore history;
  MemberData member_data{{.database = database,
                          .accounts = store,
                          .vault = vault,
                          .erasures = erasures,
                          .account_kek = secrets.account_kek,
                          .history = history,
                          .events = audit,
                          .clock = clock}};
  DeadLetters dead_letters{database, jobs, audit};
  EndpointStore endpoints;
  Delivery delivery{{}};
  crypto::SigningKey audit_key = identity::audit_key(secrets.audit_seal);
  AuditDesk audit_desk{{database, audit_key, clock}};
  Webhooks webhooks{{database, endpoints, secrets.endpoint_kek, delivery, jobs, audit, clock, random}};
  OneTimeTokenCodec one_time_tokens{secrets.one_time_mac.clone()};
  RecoveryParts recovery_parts{
      database, store,     vault,         proofs,   unproven, one_time_tokens, verification_mail, outbox,
      audit,    passwords, session_store, sessions, clock,    random,          log.logger()};
  EmailVerification email_verification{recovery_parts};
  EmailChange email_change{recovery_parts, current_password};
  PasswordReset password_reset{recovery_parts, jobs};
  InviteStore invite_store;
  Invites invites{recovery_parts, invite_store, steps};
  RoleSteps role_steps{audit, clock, {.kept = {"member"}, .to_all = {"member"}}, test_roles()};
  FakeChanges changes{roles};
  runtime::Pool background{{.name = "background"}};
  KeyAdministration key_administration{{keys, background, changes, log.logger()}};
  Overview overview{database, clock};
  AccountCreation account_creation{recovery_parts, steps};
  RoleAdministration role_administration{{database, role_steps, changes, log.logger()}};
  ApiContext context{.access = access,
                     .registration = registration,
                     .sign_in = sign_in,
                     .second_steps = second_steps,
                     .passkey_sign_in = passkey_sign_in,
                     .factors = factors,
                     .reauthentication = reauthentication,
                     .self_service = self_service,
                     .administration = administration,
                     .factor_administration = factor_administration,
                     .roles = role_administration,
                     .key_administration = key_administration,
                     .overview = overview,
                     .account_creation = account_creation,
                     .sessions = sessions,
                     .defence = defence,
                     .devices = devices,
                     .deletion = deletion,
                     .member_data = member_data,
                     .refresh_tokens = refresh_tokens,
                     .keys = keys,
                     .dead_letters = dead_letters,
                     .webhooks = webhooks,
                     .email_verification = email_verification,
                     .email_change = email_change,
                     .password_reset = password_reset,
                     .invites = invites,
                     .audit_desk = audit_desk};
  http::Router router{make_routes(context)};

  Reply send(http::Method method, std::string_view target, const Headers& headers = {}, std::string body = "",
             const char* address = "192.0.2.7") {
    OwnedRequest owned;
    auto& request = *owned.request;
    request.method = method;
    request.target = owned.keep(target);
    request.path = request.target.substr(0, request.target.find('?'));
    if (request.path.size() < request.target.size()) request.query = request.target.substr(request.path.size() + 1);
    request.client = request.peer = base::IpAddress::parse(address).value();
    request.body = std::move(body);
    owned.add_header("Host", "app.example");
    for (const auto& [name, value] : headers) owned.add_header(name, value);
    const auto match = router.find(request);
    if (match.route == nullptr) return {.status = match.allow.empty() ? 404U : 405U, .raw = {}};
    auto response = test::run_on_loop(match.route->handler(request));
    const unsigned status = response.status;
    return {.status = status, .raw = std::move(response)};
  }
  Reply get(std::string_view target, const Headers& headers = {}) { return send(http::Method::get, target, headers); }
  Reply post(std::string_view target, const boost::json::object& body, Headers headers = {},
             const char* address = "192.0.2.7") {
    headers.emplace_back("Content-Type", "application/json");
    return send(http::Method::post, target, headers, boost::json::serialize(body), address);
  }

  Reply register_as(std::string_view username, std::string_view password = kPassword) {
    return post("/v1/register",
                {{"username", username}, {"email", std::string(username) + "@example.org"}, {"password", password}});
  }
  Reply login_as(std::string_view username, std::string_view place = "body", std::string_view password = kPassword) {
    return post("/v1/login", {{"username", username}, {"password", password}, {"refresh_in", place}});
  }
  static Headers bearer(const Reply& login) { return {{"Authorization", "Bearer " + login.text("access_token")}}; }
  // As a browser sends them from a page of ours.
  static Headers cookies(const Reply& login) {
    return {{"Cookie", "__Host-gatehouse_refresh=" + login.cookie("__Host-gatehouse_refresh").value_or("") +
                           "; __Host-gatehouse_access=" + login.cookie("__Host-gatehouse_access").value_or("")},
            {"Sec-Fetch-Site", "same-origin"},
            {"Origin", "https://app.example"}};
  }
  // Somebody who has shown two factors just now.
  Headers strong_bearer(const Account& account) {
    const auto tokens = test::run_on_loop(sessions.start(account.id, {}, {"pwd", "otp", "mfa"}));
    return {{"Authorization", "Bearer " + std::string(tokens->access_token.expose())}};
  }
  // A signed-in administrator.
  Headers admin() {
    if (!administrator_) {
      const auto account = register_account("theadmin");
      EXPECT_TRUE(test::run_on_loop(administration.set_roles(account.id, {"admin"}, caller())));
      administrator_ = strong_bearer(account);
    }
    return *administrator_;
  }

 private:
  std::optional<Headers> administrator_;
};

}  // namespace gatehouse::identity
