#include "app/installation.hpp"

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <utility>

#include "app/keep_time.hpp"
#include "app/open_database.hpp"
#include "crypto/mac.hpp"
#include "identity/audit/batch.hpp"
#include "platform/db/migrations.hpp"

namespace gatehouse::app {
namespace {

namespace fs = std::filesystem;

crypto::MasterKeySources sources_of(const Settings& settings) {
  crypto::MasterKeySources sources;
  sources.value = settings.master_key.value.clone();
  sources.file = settings.master_key.file;
  if (const char* const directory = std::getenv("CREDENTIALS_DIRECTORY")) sources.credentials_directory = directory;
  sources.credential = settings.master_key.credential;
  sources.data_dir = settings.data.dir;
  return sources;
}

crypto::MasterKeySources previous_sources_of(const Settings& settings) {
  auto sources = sources_of(settings);
  sources.value = settings.master_key.previous_value.clone();
  sources.file = settings.master_key.previous_file;
  sources.credential += "-previous";
  return sources;
}

// The key that sealed what the database holds has gone missing: making another would only hide that.
void require_lost_key_to_be_restored(const Settings& settings, db::Database& database) {
  if (master_key_is_given(settings)) return;
  const auto sealed = database.read_blocking([](db::Transaction& tx) {
    return tx.query_one("SELECT count(*) FROM server_secret", {}, [](const db::Row& row) { return row.integer(0); });
  });
  if (sealed.value_or(0) == 0) return;
  throw std::runtime_error((settings.data.dir / "master.key").string() +
                           " is missing, and the database was sealed under it: restore it from a backup");
}

crypto::MasterKeys load_masters(const Settings& settings, db::Database& database, base::Random& random,
                                telemetry::Logger& log) {
  require_lost_key_to_be_restored(settings, database);
  const auto keys = load_master_keys_of(settings, random);
  if (keys.current.created) {
    log.warn("master_key_created", {{"remedy", "back it up: without it the data can't be read"}});
  }
  return keys.for_sealing();
}

identity::ServerSecrets load_secrets(db::Database& database, const crypto::MasterKeys& masters, base::Random& random,
                                     const base::Clock& clock) {
  auto secrets = identity::load_or_create_server_secrets(database, masters, random, clock);
  if (!secrets) throw std::runtime_error(identity::to_string(secrets.error()));
  return std::move(*secrets);
}

identity::SessionOptions session_options(const Settings& settings) {
  identity::SessionOptions options;
  options.idle = settings.session.idle;
  options.absolute = settings.session.absolute;
  options.grace = settings.session.grace;
  options.max_per_account = settings.session.max_per_account;
  options.keep_ended = settings.privacy.keep_ended_sessions;
  return options;
}

identity::KeyManagerOptions key_options(const Settings& settings) {
  return {.algorithm = settings.token.algorithm,
          .token_lifetime = settings.token.access_lifetime,
          .leeway = settings.token.leeway,
          .rotation_period = settings.token.rotation_period,
          // Gates of other processes hear of a key within max_staleness, or answer 503.
          .settle = settings.cluster.secret.empty()
                        ? std::chrono::seconds(0)
                        : std::chrono::ceil<std::chrono::seconds>(2 * settings.gate.max_staleness)};
}

// Nobody is told of what has nowhere to go. A role that manages accounts is one whose being given is an event.
identity::AlertOutboxOptions alert_options(const Settings& settings, const identity::Roles& roles) {
  identity::AlertOutboxOptions options;
  if (!settings.alert.webhook_url.empty()) options.kinds.push_back(identity::kAlertWebhook);
  if (!settings.alert.slack_url.empty()) options.kinds.push_back(identity::kAlertSlack);
  if (!settings.alert.email.empty()) options.kinds.push_back(identity::kAlertEmail);
  const auto manage = *contract::Permission::parse("account:manage");
  options.privileged = [&roles, manage] {
    const auto defined = roles.snapshot();
    std::vector<std::string> names;
    for (const auto& [name, permissions] : *defined) {
      if (contract::any_role_grants(*defined, {name}, manage)) names.push_back(name);
    }
    return names;
  };
  return options;
}

identity::RoleRules role_rules(const Settings& settings) {
  identity::RoleRules rules;
  rules.kept = settings.registration.default_roles;
  for (const auto& rule : settings.gate.rules) {
    rules.kept.insert(rules.kept.end(), rule.roles.begin(), rule.roles.end());
  }
  if (settings.registration.enabled) rules.to_all = settings.registration.default_roles;
  return rules;
}

}  // namespace

bool master_key_is_given(const Settings& settings) {
  const auto sources = sources_of(settings);
  const bool made_here = sources.value.empty() && sources.file.empty() && sources.credentials_directory.empty();
  return !made_here || fs::exists(settings.data.dir / "master.key");
}

LoadedMasterKeys load_master_keys_of(const Settings& settings, base::Random& random) {
  auto previous = crypto::load_previous_master_key(previous_sources_of(settings));
  if (!previous) throw std::runtime_error("the previous one: " + previous.error().message);
  auto current = crypto::load_master_key(sources_of(settings), random);
  if (!current) throw std::runtime_error(current.error().message);
  return {std::move(*current), std::move(*previous)};
}

crypto::MasterKeys LoadedMasterKeys::for_sealing() const {
  auto before = previous ? crypto::SealingKey::from_bytes(previous->bytes) : std::nullopt;
  return crypto::MasterKeys(*crypto::SealingKey::from_bytes(current.bytes), std::move(before));
}

base::Secret LoadedMasterKeys::together() const {
  std::string bytes;
  bytes.reserve(2 * crypto::SealingKey::kBytes);  // or a copy of the first would be left behind
  bytes += current.bytes.expose();
  if (previous) bytes += previous->bytes.expose();
  return base::Secret(std::move(bytes));
}

Installation::Installation(const Settings& all_settings, const base::Clock& a_clock, base::Random& a_random,
                           std::unique_ptr<db::Database> opened, crypto::MasterKeys masters,
                           identity::ServerSecrets server_secrets)
    : settings(all_settings),
      clock(a_clock),
      random(a_random),
      database(std::move(opened)),
      master_keys(std::move(masters)),
      secrets(std::move(server_secrets)),
      audit(a_clock),
      audit_key(identity::audit_key(secrets.audit_seal)),
      revocations(settings.token.access_lifetime + settings.token.leeway),
      sessions(session_options(settings), revocations),
      erasures({accounts, sessions, revocations, audit}),
      vault(secrets.account_kek, secrets.blind_index, random),
      address_blocks(secrets.address_index.clone(), *crypto::SealingKey::from_bytes(secrets.address_kek.bytes()),
                     random),
      roles(*database),
      role_steps(audit, clock, role_rules(settings), settings.roles),
      account_steps({accounts, vault, sessions, revocations, roles, clock}),
      jobs(clock, random),
      alerts(alert_options(settings, roles), jobs, clock),
      mail(jobs),
      recovery_codes(crypto::derive_key(secrets.ticket_mac, "recovery codes"), random),
      factor_vault(secrets.account_kek, random),
      factor_notices(audit, mail),
      factor_reset({account_steps, sessions, factor_notices, clock}),
      one_time_tokens(secrets.one_time_mac.clone()),
      known_clients(crypto::derive_key(secrets.blind_index, "gatehouse known clients")),
      keys(*database, master_keys, revocations, key_options(settings), clock, random) {}

std::unique_ptr<Installation> Installation::open(const Settings& settings, base::ReferenceClock& clock,
                                                 base::Random& random, telemetry::Logger& log) {
  auto database = open_database(settings, log);
  keep_time(*database, clock, log);
  const auto report = db::migrate(*database, clock);
  for (const auto& name : report.applied) log.info("migration_applied", {{"migration", name}});
  auto masters = load_masters(settings, *database, random, log);
  auto secrets = load_secrets(*database, masters, random, clock);
  auto installation = std::make_unique<Installation>(settings, clock, random, std::move(database), std::move(masters),
                                                     std::move(secrets));
  for (const auto& name : installation->roles.begin(settings.roles, clock.now())) {
    log.info("role_added", {{"role", name}});
  }
  if (const auto ready = installation->keys.ensure(); !ready) throw std::runtime_error(to_string(ready.error()));
  return installation;
}

}  // namespace gatehouse::app
