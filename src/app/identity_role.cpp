#include "app/identity_role.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <stdexcept>
#include <utility>

#include "app/machine.hpp"

namespace gatehouse::app {

identity::PasswordPolicy password_policy(const Settings& settings) {
  std::shared_ptr<const identity::PasswordFilter> breached;
  if (const auto& file = settings.password.breached_file; !file.empty()) {
    auto opened = identity::PasswordFilter::open(file);
    if (!opened) throw std::runtime_error("password.breached_file " + file.string() + " " + to_string(opened.error()));
    breached = std::make_shared<const identity::PasswordFilter>(std::move(*opened));
  }
  return identity::PasswordPolicy({.min_characters = settings.password.min_length,
                                   .max_characters = settings.password.max_length,
                                   .service_names = settings.password.service_names},
                                  std::move(breached));
}

runtime::PoolOptions hashing_options(const Settings& settings) {
  const auto& password = settings.password;
  const std::size_t wanted = password.hash_threads != 0 ? password.hash_threads : usable_cores();
  const std::uint64_t bytes_each = std::uint64_t{password.cost.memory_kib} * 1024;
  const auto affordable = static_cast<std::size_t>(std::max<std::uint64_t>(1, password.hash_memory_limit / bytes_each));
  return {.name = "hashing",
          .threads = std::min(wanted, affordable),
          .queue_limit = password.hash_queue,
          .nice = 19,  // a storm of sign-ins gets what the gate leaves over
          .max_wait = password.hash_max_wait};
}

namespace {

identity::RegistrationOptions registration_options(const Settings& settings) {
  const auto& registration = settings.registration;
  auto proof = identity::EmailProof::ask;
  if (registration.verify_email == VerifyEmail::off) proof = identity::EmailProof::off;
  if (registration.verify_email == VerifyEmail::require) proof = identity::EmailProof::require;
  return {registration.enabled, registration.default_roles, proof};
}

std::shared_ptr<std::set<std::string>> asked_by_rules(const Settings& settings) {
  auto asked = std::make_shared<std::set<std::string>>();
  for (const auto& rule : settings.gate.rules) {
    for (const auto& permission : rule.permissions) asked->insert(permission.to_string());
  }
  return asked;
}

limits::SignInCounter& counter_of(limits::SharedLimits* shared, limits::SignInThrottle& own) {
  if (shared != nullptr) return shared->failed_sign_ins();
  return own;
}

}  // namespace

IdentityRole::IdentityRole(Installation& installation, contract::Authenticator& authenticator,
                           contract::RevocationFeed& feed, ChangeDesk& changes, limits::SharedLimits* shared,
                           identity::Webhooks& webhooks, telemetry::Logger& log, telemetry::Metrics& metrics)
    : session_metrics_(metrics),
      account_metrics_(metrics),
      refresh_tokens_(installation.secrets.refresh_mac.clone()),
      access_tokens_({.issuer = installation.settings.token.issuer,
                      .audience = installation.settings.token.audience,
                      .lifetime = installation.settings.token.access_lifetime,
                      .scope = ""},
                     installation.keys, installation.random),
      hasher_(installation.settings.password.cost, {}, installation.settings.password.hash_memory_limit),
      hashing_(hashing_options(installation.settings)),
      throttle_(installation.settings.limit.throttle, installation.clock),
      profiles_(make_profiles(installation.settings, installation.secrets.profile_kek, installation.clock,
                              installation.random, metrics)),
      defences_(installation, hashing_, shared, log, metrics),
      passwords_(hasher_, hashing_, counter_of(shared, throttle_), password_policy(installation.settings)),
      new_devices_(installation.known_clients, installation.mail),
      sessions_({*installation.database, installation.sessions, refresh_tokens_, access_tokens_,
                 installation.secrets.account_kek, feed, installation.clock, installation.random, log, session_metrics_,
                 &new_devices_}),
      verification_mail_(
          {installation.accounts, installation.proofs, installation.mail, installation.clock, installation.random}),
      registration_({*installation.database, installation.accounts, installation.vault, installation.unproven_emails,
                     verification_mail_, passwords_, &defences_.defence(), installation.clock, installation.random, log,
                     account_metrics_},
                    registration_options(installation.settings)),
      completion_(sessions_, log, account_metrics_),
      factors_(installation, passwords_, sessions_, completion_, defences_, log),
      current_password_({*installation.database, installation.accounts, installation.vault, passwords_,
                         installation.sessions, installation.clock, log, &factors_.second_steps()}),
      sign_in_({*installation.database, installation.accounts, installation.vault, passwords_, installation.sessions,
                sessions_, completion_, defences_.defence(), defences_.devices(), installation.clock, log,
                account_metrics_, installation.unproven_emails, verification_mail_, &factors_.second_steps()},
               {installation.settings.registration.verify_email == VerifyEmail::require}),
      self_service_({*installation.database, installation.accounts, installation.vault, passwords_, current_password_,
                     installation.proofs, installation.mail, installation.sessions, sessions_, installation.clock, log,
                     account_metrics_, profile_cache()}),
      administration_(*installation.database, installation.account_steps, sessions_, log, profile_cache()),
      role_administration_({*installation.database, installation.role_steps, changes, log}),
      key_administration_({installation.keys, changes.pool(), changes, log}),
      overview_(*installation.database, installation.clock),
      dead_letters_(*installation.database, installation.jobs, installation.audit),
      recovery_(installation, passwords_, sessions_, current_password_, verification_mail_, profile_cache(), log,
                metrics),
      audit_desk_({*installation.database, installation.audit_key, installation.clock}),
      deletion_({*installation.database, installation.erasures, installation.account_steps, current_password_,
                 sessions_, installation.mail, installation.clock, log, profile_cache()},
                installation.settings.privacy.deletion_grace),
      member_data_({*installation.database, installation.accounts, installation.vault, installation.erasures,
                    installation.secrets.account_kek, history_, installation.audit, installation.clock}),
      access_(authenticator, installation.roles, installation.settings.server.public_url, installation.clock, denials_),
      context_{.access = access_,
               .registration = registration_,
               .sign_in = sign_in_,
               .second_steps = factors_.second_steps(),
               .passkey_sign_in = factors_.passkey_sign_in(),
               .factors = factors_.service(),
               .reauthentication = factors_.reauthentication(),
               .self_service = self_service_,
               .administration = administration_,
               .factor_administration = factors_.administration(),
               .roles = role_administration_,
               .key_administration = key_administration_,
               .overview = overview_,
               .account_creation = recovery_.account_creation,
               .asked_permissions = asked_by_rules(installation.settings),
               .sessions = sessions_,
               .defence = defences_.defence(),
               .devices = defences_.devices(),
               .deletion = deletion_,
               .member_data = member_data_,
               .refresh_tokens = refresh_tokens_,
               .keys = installation.keys,
               .dead_letters = dead_letters_,
               .webhooks = webhooks,
               .email_verification = recovery_.email_verification,
               .email_change = recovery_.email_change,
               .password_reset = recovery_.password_reset,
               .invites = recovery_.invites,
               .audit_desk = audit_desk_,
               .administrators_need_second_factor = installation.settings.admin.require_second_factor} {}

void IdentityRole::forget_profiles(const std::vector<contract::AccountId>& accounts) {
  if (profile_cache() == nullptr) return;
  boost::asio::io_context loop;
  const auto forget = [](identity::ProfileCache& cache,
                         const std::vector<contract::AccountId>& gone) -> boost::asio::awaitable<void> {
    for (const auto& account : gone) co_await cache.forget(account);
  };
  boost::asio::co_spawn(loop, forget(*profile_cache(), accounts), boost::asio::detached);
  loop.run();
}

}  // namespace gatehouse::app
