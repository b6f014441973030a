
#include "app/settings.hpp"
#include "app/settings_forms.hpp"
#include "app/settings_schema_defence.hpp"
#include "app/settings_schema_mail.hpp"
#include "app/settings_schema_pages.hpp"
#include "app/settings_schema_people.hpp"
#include "app/settings_schema_privacy.hpp"
#include "app/settings_schema_scale.hpp"

namespace gatehouse::app {
namespace {

using config::Complaint;
using config::Schema;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr auto kDay = hours(24);
constexpr std::int64_t kMillion = 1'000'000;

void add_server(Schema& s, ServerSettings& m) {
  s.parsed("server.listen", m.listen, "an address and a port, such as 127.0.0.1:8080 or [::1]:8080",
           "Where the API and the gate listen. Port 0 takes a free one.");
  s.parsed("server.admin_listen", m.admin_listen, "an address and a port",
           "Where /livez, /readyz and /metrics listen: nobody signs in there, so keep it inside.");
  s.text("server.public_url", m.public_url, "an origin such as https://app.example", check_public_url,
         "The origin that browsers see; requests with cookies must come from it. Empty: the request's own Host.");
  s.integer("server.loops", m.loops, 0, 256, "Event loops, one thread each. 0: one a core.");
  s.list("server.trusted_proxies", m.trusted_proxies, "addresses and networks", check_trusted_network,
         "Who may say, in X-Forwarded-For and -Proto, on whose behalf a request comes.");
  s.path("server.tls_certificate", m.tls_certificate, "The certificate chain, PEM. Read again on SIGHUP.");
  s.path("server.tls_key", m.tls_key, "Its private key, PEM.");
  s.boolean("server.allow_plain_http", m.allow_plain_http,
            "Accept plain HTTP from other machines, which show their passwords to everyone on the way.");
  s.duration("server.drain_delay", m.drain_delay, milliseconds(0), minutes(5),
             "At the end, how long /readyz says no before connections are refused.");
  s.duration("server.drain_timeout", m.drain_timeout, milliseconds(0), minutes(5),
             "At the end, how long requests that run may take.");
  s.integer("server.max_connections", m.max_connections, 0, kMillion,
            "Connections in all. 0: half the descriptor limit.");
  s.integer("server.max_connections_per_address", m.max_connections_per_address, 1, kMillion,
            "Connections of one client (IPv6: one /64). Trusted proxies are not counted.");
  s.duration("server.header_timeout", m.header_timeout, milliseconds(100), minutes(5),
             "From a request's first byte to the end of its head.");
  s.duration("server.body_timeout", m.body_timeout, milliseconds(100), minutes(5), "From there to the body's end.");
  s.duration("server.idle_timeout", m.idle_timeout, milliseconds(100), hours(1), "Between two requests.");
  s.duration("server.write_timeout", m.write_timeout, milliseconds(100), minutes(5),
             "For a client to read its answer.");
  s.duration("server.request_timeout", m.request_timeout, milliseconds(100), minutes(5),
             "For the work on one request, waiting included.");
}

Complaint check_process_role(std::string_view role) {
  if (role == "identity" || role == "gate") return std::nullopt;
  if (role == "messaging" || role == "booking") return "messaging and booking are not part of this version";
  return "must be of identity and gate";
}

void add_process(Schema& s, Settings& m) {
  s.list("process.roles", m.process.roles, "identity, gate", check_process_role, "What this process does.");
  s.path("data.dir", m.data.dir, "The folder of the database and the master key; made when it is not there.")
      .fallback_variable = "STATE_DIRECTORY";
  s.choice("log.level", m.log.level,
           {{"debug", telemetry::Level::debug},
            {"info", telemetry::Level::info},
            {"warn", telemetry::Level::warn},
            {"error", telemetry::Level::error}},
           "What is less is not logged.");
  s.path("log.file", m.log.file, "Appended to, one JSON object a line. Empty: standard error.");
}

void add_token(Schema& s, TokenSettings& m) {
  s.text(
      "token.issuer", m.issuer, "1 to 256 visible ASCII characters, or empty",
      [](std::string_view text) { return text.empty() ? std::nullopt : check_identifier(text); },
      "`iss` of access tokens. Empty: server.public_url, or the address of the listener.");
  s.text("token.audience", m.audience, "1 to 256 visible ASCII characters", check_identifier,
         "`aud` of access tokens: only tokens with it are accepted.");
  s.choice("token.algorithm", m.algorithm,
           {{"es256", crypto::Algorithm::es256},
            {"eddsa", crypto::Algorithm::eddsa},
            {"rs256", crypto::Algorithm::rs256},
            {"hs256", crypto::Algorithm::hs256}},
           "How access tokens are signed. Whoever can check hs256 can also sign.");
  s.duration("token.access_lifetime", m.access_lifetime, minutes(1), hours(1), "How long an access token is good.");
  s.duration("token.leeway", m.leeway, seconds(0), minutes(1), "By how much clocks may differ.");
  s.duration("token.rotation_period", m.rotation_period, hours(1), 3650 * kDay,
             "Age at which the signing key changes.");
}

void add_session(Schema& s, SessionSettings& m) {
  s.duration("session.idle", m.idle, minutes(5), 365 * kDay, "A session not used for so long expires.");
  s.duration("session.absolute", m.absolute, minutes(5), 3650 * kDay, "A session expires so long after its sign-in.");
  s.duration("session.grace", m.grace, seconds(0), minutes(1),
             "A refresh token just used gives the same successor again: two tabs, a lost answer.");
  s.integer("session.max_per_account", m.max_per_account, 1, 10'000, "One more ends the oldest.");
}

void add_password(Schema& s, PasswordSettings& m) {
  using Kind = crypto::PasswordCost::Kind;
  const crypto::PasswordCaps caps;
  s.integer("password.min_length", m.min_length, 8, 64, "Characters of a new password, at least.");
  s.integer("password.max_length", m.max_length, 64, 256, "And at most.");
  s.choice("password.kind", m.cost.kind, {{"argon2id", Kind::argon2id}, {"bcrypt", Kind::bcrypt}},
           "How new passwords are hashed; hashes of other kinds are accepted, and replaced at sign-in.");
  s.integer("password.memory_kib", m.cost.memory_kib, 7'168, caps.max_memory_kib, "argon2id: memory of one hash.");
  s.integer("password.iterations", m.cost.iterations, 1, caps.max_iterations, "argon2id: passes over it.");
  s.integer("password.bcrypt_cost", m.cost.bcrypt_cost, 10, caps.max_bcrypt_cost, "bcrypt: 2^cost rounds.");
  s.integer("password.hash_threads", m.hash_threads, 0, 256,
            "Hashes at one time. 0: one a core, as far as hash_memory_limit allows.");
  s.size("password.hash_memory_limit", m.hash_memory_limit, 8ULL << 20, 64ULL << 30, "Memory of all hashes together.");
  s.integer("password.hash_queue", m.hash_queue, 1, 10'000, "Sign-ins that wait; one more is told to come back.");
  s.duration("password.hash_max_wait", m.hash_max_wait, milliseconds(100), minutes(1),
             "A sign-in that waited longer is told to come back.");
  s.list("password.service_names", m.service_names, "1 to 256 visible ASCII characters each", check_identifier,
         "Words of this service that make a password guessable.");
  s.path("password.breached_file", m.breached_file,
         "More passwords that are refused, made by `gatehouse password-filter build`. Empty: the shipped list alone.");
}

void add_rate(Schema& s, const std::string& tier, limits::Rate& rate, const std::string& whose) {
  s.integer("limit." + tier + "_burst", rate.burst, 1, kMillion, whose + ": at once.");
  s.number("limit." + tier + "_per_second", rate.per_second, 0.001, 1e6, whose + ": refilled each second.");
}

void add_throttle(Schema& s, const std::string& name, limits::SignInThrottleOptions::Tier& tier,
                  const std::string& whose) {
  s.integer("limit." + name + "_failures", tier.failures, 1, kMillion,
            whose + ": failed sign-ins that are free; each further one doubles the wait.");
  s.duration("limit." + name + "_max_delay", tier.max_delay, seconds(1), hours(1), whose + ": the longest wait.");
}

void add_limit(Schema& s, LimitSettings& m) {
  add_rate(s, "everything", m.everything, "API requests of one address (IPv6: one /64)");
  add_rate(s, "sign_in", m.sign_in, "Sign-ins of one address");
  add_rate(s, "registration", m.registration, "Registrations of one address");
  add_rate(s, "bad_token", m.bad_token, "Refused tokens of one address at the gate");
  s.secret("limit.redis_url", m.redis_url,
           "The Redis where several processes count together. Empty: each counts for itself.");
  s.integer("limit.tracked_keys", m.tracked_keys, 1'024, 16 * kMillion, "Addresses remembered in each tier.");
  add_throttle(s, "throttle_pair", m.throttle.pair, "One address on one account");
  add_throttle(s, "throttle_account", m.throttle.subject, "All addresses on one account");
  add_throttle(s, "throttle_address", m.throttle.address, "One address on all accounts");
  s.duration("limit.throttle_window", m.throttle.window, minutes(1), kDay, "Failed sign-ins are forgotten over it.");
}

std::string print_permission(const contract::Permission& p) { return p.to_string(); }

constexpr const char* kPermissionForm = "resource:action, resource:action:own or resource:action:any";

Schema rule_schema(GateRuleSettings& m) {
  Schema s;
  s.text("host", m.host, "a host name in lower case", check_host, "The host asked for. Empty: any.");
  s.text("path", m.path, "exact, or ending in /**", check_rule_path, "The path asked for.").required = true;
  s.list("methods", m.methods, "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS", check_method, "Empty: any.");
  s.choice("require", m.require,
           {{"signed_in", GateAccess::signed_in}, {"public", GateAccess::public_}, {"deny", GateAccess::deny}},
           "Who may pass at all.");
  s.list("roles", m.roles, "names of [roles]", check_role_name, "One of them is needed. Empty: none.");
  s.parsed_list("permissions", m.permissions, contract::Permission::parse, print_permission, kPermissionForm,
                "All of them are needed, from the caller's roles.");
  s.list("scopes", m.scopes, "scopes (RFC 6749)", check_scope, "All of them are needed, in the token.");
  s.optional_duration("max_age", m.max_age, seconds(1), 3650 * kDay, "How long ago the sign-in may be. Empty: any.");
  s.choice("acr", m.acr,
           {{"1fa", contract::Assurance::one_factor},
            {"2fa", contract::Assurance::two_factors},
            {"phr", contract::Assurance::phishing_resistant}},
           "How strong the sign-in has to be: one factor, two, or two with a passkey among them.");
  s.boolean("mfa", m.mfa, "A second factor is needed: the same as acr = 2fa.");
  s.boolean("email_verified", m.email_verified, "The e-mail address has to be verified.");
  return s;
}

void add_gate(Schema& s, GateSettings& m) {
  s.choice(
      "gate.headers", m.headers,
      {{"either", GateHeaders::either}, {"original", GateHeaders::original}, {"forwarded", GateHeaders::forwarded}},
      "Where the proxy puts the original request: X-Original-* (nginx), X-Forwarded-* (Traefik, Caddy), or either.");
  s.choice("gate.default", m.default_access,
           {{"signed_in", GateAccess::signed_in}, {"public", GateAccess::public_}, {"deny", GateAccess::deny}},
           "What holds where no rule matches.");
  s.text("gate.sign_in_url", m.sign_in_url, "a path or a URL", check_sign_in_url,
         "Where a browser is told to sign in. Empty: it is told nothing.");
  s.duration("gate.max_staleness", m.max_staleness, milliseconds(100), minutes(5),
             "A gate that lost the feed of revocations for longer answers 503.");
  s.integer("gate.token_cache_entries", m.token_cache_entries, 16, 16 * kMillion,
            "Checked tokens each loop remembers.");
  s.rows("gate.rule", m.rules, rule_schema,
         "Who may pass where: the rule for the host, path and method asked for decides. The order is kept.");
}

void add_master_key(Schema& s, MasterKeySettings& m) {
  s.secret("master_key.value", m.value, "The key that seals all other keys: 64 hex digits or 43 of base64url.");
  s.path(
      "master_key.file", m.file,
      "A file that holds it, mode 0600. Where neither is given: the credential, else master.key in data.dir, made on "
      "the first start.");
  s.text("master_key.credential", m.credential, "1 to 256 visible ASCII characters", check_identifier,
         "The name of a systemd credential that may hold it.");
  s.secret("master_key.previous_value", m.previous_value,
           "The one before, while it is replaced: docs/ops/master-key.md.");
  s.path("master_key.previous_file", m.previous_file,
         "A file that holds the one before. Where neither is given: the credential of the name above with -previous "
         "behind it, else master.key.previous in data.dir, else there is none.");
}

void add_registration(Schema& s, RegistrationSettings& m) {
  s.boolean("registration.enabled", m.enabled, "Anyone may register.");
  s.list("registration.default_roles", m.default_roles, "names of [roles]", check_role_name, "Roles of a new account.");
  s.choice("registration.verify_email", m.verify_email,
           {{"off", VerifyEmail::off}, {"ask", VerifyEmail::ask}, {"require", VerifyEmail::require}},
           "Whether who registers is asked by mail to show the address. ask: until then one signs in by username only; "
           "require: not at all; off: the address is believed as given.");
}

void add_audit(Schema& s, AuditSettings& m) {
  s.duration("audit.retention", m.retention, seconds(0), 24 * 3650 * hours(1),
             "Events of the audit log that were sealed longer ago are removed. 0s: none ever is.");
}

std::string print_roles(const contract::RolePermissions& roles) {
  std::string out;
  for (const auto& [name, permissions] : roles) {
    std::vector<std::string> texts;
    for (const auto& p : permissions) texts.push_back(print_permission(p));
    out += (out.empty() ? "" : ", ") + name + " = " + config::list_text(texts);
  }
  return "{ " + out + " }";
}

void add_roles(Schema& s, contract::RolePermissions& roles) {
  config::NamedLists table;
  table.key = "roles";
  table.description =
      "What each role may do at the first start: `name = [\"resource:action\", \"resource:action:own\"]`, `*` for "
      "every "
      "resource or action. A [roles] in the file replaces the default roles as a whole. From then on the database "
      "counts "
      "(`gatehouse roles`, /admin/roles); a role that it has never had is added at the next start.";
  table.clear = [&roles] { roles.clear(); };
  table.add = [&roles](const std::string& name, const std::vector<std::string>& items) -> Complaint {
    // The role stays known even when a permission is wrong: one mistake, one problem.
    auto& permissions = roles[name];
    if (auto complaint = check_role_name(name)) return complaint;
    for (const auto& item : items) {
      const auto permission = contract::Permission::parse(item);
      if (!permission) return std::string("each permission must be ") + kPermissionForm;
      permissions.push_back(*permission);
    }
    return std::nullopt;
  };
  table.show = [&roles] { return print_roles(roles); };
  table.default_text = print_roles(roles);
  s.named_lists(std::move(table));
}

}  // namespace

Schema settings_schema(Settings& settings) {
  Schema schema;
  add_server(schema, settings.server);
  add_process(schema, settings);
  add_scale(schema, settings);
  add_token(schema, settings.token);
  add_session(schema, settings.session);
  add_password(schema, settings.password);
  add_limit(schema, settings.limit);
  add_defence(schema, settings);
  add_gate(schema, settings.gate);
  add_master_key(schema, settings.master_key);
  add_registration(schema, settings.registration);
  add_pages(schema, settings.pages);
  add_people(schema, settings);
  add_outbound(schema, settings);
  add_audit(schema, settings.audit);
  add_privacy(schema, settings.privacy);
  add_roles(schema, settings.roles);
  return schema;
}

}  // namespace gatehouse::app
