#include "app/settings_checks.hpp"

#include <algorithm>
#include <initializer_list>
#include <string>
#include <utility>

#include "app/settings_forms.hpp"
#include "platform/cache/redis_url.hpp"
#include "platform/db/postgres_database.hpp"
#include "platform/mail/smtp_mailer.hpp"

namespace gatehouse::app {
namespace {

bool is_unspecified(const base::IpAddress& address) {
  const auto& bytes = address.bytes();
  return std::all_of(bytes.begin(), bytes.end(), [](auto byte) { return byte == 0; });
}

bool is_loopback_network(std::string_view text) {
  const auto address = base::IpAddress::parse(text.substr(0, text.find('/')));
  return address && is_loopback(*address);
}

class Checks {
 public:
  Checks(const Settings& settings, config::Outcome& outcome) : s_(settings), outcome_(outcome) {}

  void run() {
    check_listeners();
    check_plain_http();
    check_lifetimes();
    check_passwords();
    check_master_key();
    check_roles();
    check_rules();
    check_passkeys();
    check_scale();
    check_mail();
    check_alerts();
  }

 private:
  // Reports at the first of `keys` that somebody gave; the first is the one that the problem is named after.
  void refuse_if(bool wrong, std::initializer_list<const char*> keys, std::string message, std::string remedy) {
    if (!wrong) return;
    const char* decisive = *keys.begin();
    for (const char* key : keys) {
      if (outcome_.failed(key)) return;
    }
    for (const char* key : keys) {
      if (outcome_.origin_of(key) != "default") {
        decisive = key;
        break;
      }
    }
    outcome_.problems.push_back({outcome_.where_of(decisive), decisive, std::move(message), std::move(remedy)});
  }

  void check_listeners() {
    const auto& server = s_.server;
    refuse_if(server.tls_certificate.empty() != server.tls_key.empty(), {"server.tls_certificate", "server.tls_key"},
              "a TLS certificate and its key belong together", "give server.tls_certificate and server.tls_key");
    refuse_if(server.listen == server.admin_listen && server.listen.port != 0, {"server.admin_listen", "server.listen"},
              "both listeners have the same address", "give server.admin_listen a port of its own");
    refuse_if(s_.process.roles.empty(), {"process.roles"}, "a process without a role does nothing",
              "name identity, gate or both");
    refuse_if(s_.data.dir.empty(), {"data.dir"}, "the data folder has no name", "name a folder");
  }

  bool proxy_stands_before_listener() const {
    const auto& address = s_.server.listen.address;
    return std::any_of(
        s_.server.trusted_proxies.begin(), s_.server.trusted_proxies.end(), [&](const std::string& text) {
          const auto network = base::Cidr::parse(text);
          return network && !is_loopback_network(text) && (is_unspecified(address) || network->contains(address));
        });
  }

  void check_plain_http() {
    const auto& server = s_.server;
    const bool plain = server.tls_certificate.empty() && server.tls_key.empty();
    refuse_if(
        plain && !is_loopback(server.listen.address) && !server.allow_plain_http && !proxy_stands_before_listener(),
        {"server.listen", "server.trusted_proxies", "server.tls_certificate", "server.tls_key",
         "server.allow_plain_http"},
        "plain HTTP for other machines: passwords and tokens could be read on the way",
        "give server.tls_certificate and server.tls_key; or listen on 127.0.0.1 behind a proxy; or name the "
        "proxy's network, which must hold this address, in server.trusted_proxies; or, where the network is "
        "trusted, set server.allow_plain_http = true");
  }

  void check_lifetimes() {
    refuse_if(s_.session.absolute < s_.session.idle, {"session.absolute", "session.idle"},
              "a session would expire before it can be idle for so long",
              "make session.absolute at least session.idle");
    refuse_if(s_.session.idle < s_.token.access_lifetime, {"session.idle", "token.access_lifetime"},
              "a session would expire before its access token", "make session.idle at least token.access_lifetime");
    refuse_if(s_.token.rotation_period < s_.token.access_lifetime + s_.token.leeway,
              {"token.rotation_period", "token.access_lifetime"}, "keys would change faster than tokens expire",
              "make token.rotation_period longer than token.access_lifetime");
  }

  void check_passwords() {
    const auto& password = s_.password;
    using Kind = crypto::PasswordCost::Kind;
    const auto one_hash = std::uint64_t{password.cost.memory_kib} << 10;
    const std::uint64_t at_once = std::max<std::uint32_t>(password.hash_threads, 1);
    refuse_if(password.cost.kind == Kind::argon2id && one_hash * at_once > password.hash_memory_limit,
              {"password.hash_memory_limit", "password.memory_kib", "password.hash_threads"},
              "the hashes of password.hash_threads need more memory than password.hash_memory_limit",
              "raise the limit, or lower password.memory_kib or password.hash_threads");
    // OWASP's minimum: less memory is made up for by more passes.
    refuse_if(password.cost.kind == Kind::argon2id && one_hash * password.cost.iterations < (std::uint64_t{35} << 20),
              {"password.memory_kib", "password.iterations"}, "argon2id this cheap protects stolen hashes too little",
              "keep password.memory_kib times password.iterations at 35840 or more, such as 19456 and 2");
  }

  void check_master_key() {
    refuse_if(!s_.master_key.value.empty() && !s_.master_key.file.empty(), {"master_key.file", "master_key.value"},
              "the master key is given twice", "keep master_key.file or master_key.value");
    refuse_if(!s_.master_key.previous_value.empty() && !s_.master_key.previous_file.empty(),
              {"master_key.previous_file", "master_key.previous_value"}, "the previous master key is given twice",
              "keep master_key.previous_file or master_key.previous_value");
  }

  bool has_role(const std::string& role) const { return s_.roles.find(role) != s_.roles.end(); }

  void check_roles() {
    refuse_if(!contract::within_limits(s_.roles), {"roles"}, "there are too many roles or permissions",
              std::string("keep it to ") + contract::kRoleLimits + "; resource:* covers every action");
    for (const auto& role : s_.registration.default_roles) {
      refuse_if(!has_role(role), {"registration.default_roles", "roles"}, "[roles] has no role of that name",
                "add it to [roles], or take it from registration.default_roles");
    }
    const auto is_everything = [&](const std::string& role) {
      const contract::Permission manage{"account", "manage"};
      return contract::any_role_grants(s_.roles, {role}, manage);
    };
    const auto& roles = s_.registration.default_roles;
    refuse_if(s_.registration.enabled && std::any_of(roles.begin(), roles.end(), is_everything),
              {"registration.default_roles", "roles"}, "whoever registers could manage every account",
              "take the role that grants account:manage from registration.default_roles");
  }

  // A browser refuses every other combination; then nobody could sign in with a passkey and nothing would say why.
  void check_passkeys() {
    const auto& [rp_id, origins] = s_.webauthn;
    if (rp_id.empty() && origins.size() < 2) return;  // completed from one origin
    const std::string& url = s_.server.public_url;
    std::vector<std::string> all = origins;
    if (all.empty() && !url.empty()) all.push_back(url);
    refuse_if(rp_id.empty(), {"webauthn.origins", "webauthn.rp_id"}, "several origins need a name that they share",
              "give webauthn.rp_id the domain above all of them");
    const bool within = std::ranges::all_of(all, [&](const auto& origin) {
      const auto host = host_of_origin(origin);
      return host == rp_id || host.ends_with("." + rp_id);
    });
    refuse_if(!rp_id.empty() && !within, {"webauthn.rp_id", "webauthn.origins", "server.public_url"},
              "no browser uses the passkeys of webauthn.rp_id on another domain",
              "give webauthn.rp_id the host of every one of webauthn.origins, or a domain above it");
  }

  void check_rules() {
    const auto& rules = s_.gate.rules;
    for (std::size_t i = 0; i < rules.size(); ++i) {
      const auto& rule = rules[i];
      const std::string name = "rule " + std::to_string(i + 1);
      const bool asks = !rule.roles.empty() || !rule.permissions.empty() || !rule.scopes.empty() || rule.max_age ||
                        rule.mfa || rule.acr != contract::Assurance::one_factor || rule.email_verified;
      refuse_if(rule.require != GateAccess::signed_in && asks, {"gate.rule"},
                name + " asks for something of the caller, but require is not signed_in",
                "leave out require, or leave out roles, permissions, scopes, max_age, acr, mfa and email_verified");
      refuse_if(std::any_of(rule.roles.begin(), rule.roles.end(), [&](const auto& role) { return !has_role(role); }),
                {"gate.rule", "roles"}, name + " names a role that [roles] does not have: nobody could pass",
                "add the role to [roles], or correct its name");
      const bool again =
          std::any_of(rules.begin(), rules.begin() + static_cast<std::ptrdiff_t>(i), [&](const auto& other) {
            return other.host == rule.host && other.path == rule.path && other.methods == rule.methods;
          });
      refuse_if(again, {"gate.rule"}, name + " has the host, path and methods of a rule above: it would never be asked",
                "keep one of the two");
    }
  }

  void check_scale() {
    const auto& secret = s_.cluster.secret;
    const bool together = !s_.cluster.nodes.empty() || !s_.cluster.redis_url.empty() || !s_.limit.redis_url.empty();
    refuse_if(together && secret.empty(), {"cluster.secret", "cluster.nodes", "cluster.redis_url", "limit.redis_url"},
              "processes that work together need a secret that they share",
              "give cluster.secret (or cluster.secret_file) the same 32 characters or more in each of them");
    refuse_if(!secret.empty() && secret.size() < 32, {"cluster.secret"}, "it could be guessed",
              "make it 32 characters or more, such as the output of `openssl rand -hex 32`");
    refuse_if(!s_.process.roles.empty() && !s_.runs("identity") && s_.cluster.nodes.empty(),
              {"process.roles", "cluster.nodes"}, "a gate of its own has nobody to hear from what has ended",
              "name the processes with the role identity in cluster.nodes, or give this one the role, too");
    check_redis("cluster.redis_url", s_.cluster.redis_url);
    check_redis("limit.redis_url", s_.limit.redis_url);
    check_redis("cache.redis_url", s_.cache.redis_url);
    refuse_if(!s_.database.replica_url.empty() && s_.database.url.empty(), {"database.replica_url"},
              "a replica needs a primary", "give database.url, too");
    check_postgres("database.url", s_.database.url);
    check_postgres("database.replica_url", s_.database.replica_url);
  }

  void check_mail() {
    const auto& mail = s_.mail;
    refuse_if(!mail.smtp_url.empty() && !mail::is_smtp_url(mail.smtp_url), {"mail.smtp_url"},
              "that is no address of a mail server", "write it as smtp://user:password@host:587 or smtps://host:465");
    refuse_if(!mail.smtp_url.empty() && s_.server.public_url.empty(), {"mail.smtp_url", "server.public_url"},
              "links in letters would lead to this machine's own address", "give server.public_url");
    refuse_if(!mail.smtp_url.empty() && mail.from == MailSettings().from, {"mail.from", "mail.smtp_url"},
              "letters need a sender that others can place", "give mail.from an address of your domain");
  }

  void check_alerts() {
    check_alert_url("alert.webhook_url", s_.alert.webhook_url);
    check_alert_url("alert.slack_url", s_.alert.slack_url);
  }
  // Does not repeat the URL: it is all that who sends there has to know.
  void check_alert_url(const char* key, const base::Secret& url) {
    refuse_if(!url.empty() && check_alert_endpoint(url.expose()).has_value(), {key},
              "it is no https URL, or no http one of this machine", "write it as https://host/path");
  }

  // Neither repeats the URL: there may be a password in it.
  void check_postgres(const char* key, const base::Secret& url) {
    const auto problem = url.empty() ? std::nullopt : db::problem_of_postgres_url(url);
    refuse_if(problem.has_value(), {key}, problem.value_or(""),
              "write it as postgresql://user:password@host:5432/name");
  }
  void check_redis(const char* key, const base::Secret& url) {
    if (url.empty()) return;
    const auto parsed = cache::parse_redis_url(url.expose());
    refuse_if(!parsed, {key}, parsed ? "" : cache::explain(parsed.error()),
              "write it as redis://user:password@host:6379/0, or rediss:// with TLS, redis+sentinel:// or "
              "redis+cluster://");
  }

  const Settings& s_;
  config::Outcome& outcome_;
};

}  // namespace

void check_combinations(const Settings& settings, config::Outcome& outcome) { Checks(settings, outcome).run(); }

}  // namespace gatehouse::app
