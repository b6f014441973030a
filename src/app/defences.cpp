#include "app/defences.hpp"

namespace gatehouse::app {
namespace {

identity::DefenceOptions options_of(const Settings& settings) {
  const auto& from = settings.defence;
  identity::DefenceOptions options;
  options.address_failures = from.address_failures;
  options.address_window = from.address_window;
  options.address_block = from.address_block;
  options.refuse_blocked = from.blocked == BlockedAddress::refuse;
  options.account_failures = from.account_failures;
  options.account_window = from.account_window;
  options.attacks = {.spraying_accounts = from.spraying_accounts,
                     .stuffing_names = from.stuffing_names,
                     .failure_share = from.failure_share,
                     .window = from.attack_window,
                     .suspicion = from.suspicion};
  options.work = from.challenge_work;
  options.challenge_newcomers = from.registration == NewcomerChallenge::always;
  options.never_blocked = settings.server.trusted_networks;
  return options;
}

std::function<bool()> busy(const Settings& settings, const runtime::Pool& hashing) {
  const std::size_t from = std::size_t{settings.password.hash_queue} * settings.defence.busy_queue;
  return [&hashing, from] { return hashing.stats().depth * 100 >= from; };
}

}  // namespace

Defences::Defences(Installation& installation, const runtime::Pool& hashing, limits::SharedLimits* shared,
                   telemetry::Logger& log, telemetry::Metrics& metrics)
    : metrics_(metrics),
      devices_(installation.secrets.device_mac.clone(), installation.random),
      proofs_(installation.secrets.work_mac.clone(), {.lifetime = installation.settings.defence.challenge_lifetime},
              installation.clock, installation.random),
      attacks_(limits::kWindowKeys, installation.clock),
      overall_(limits::kOverallKeys, installation.clock),
      used_once_(limits::kWindowKeys, installation.clock),
      defence_({.database = *installation.database,
                .blocks = installation.address_blocks,
                .attacks = shared != nullptr ? shared->attacks() : attacks_,
                .overall = shared != nullptr ? shared->overall() : overall_,
                .used_once = shared != nullptr ? shared->used_once() : used_once_,
                .proofs = proofs_,
                .audit = installation.audit,
                .clock = installation.clock,
                .log = log,
                .metrics = metrics_,
                .busy = busy(installation.settings, hashing)},
               options_of(installation.settings)) {}

}  // namespace gatehouse::app
