#include "app/recovery_services.hpp"

namespace gatehouse::app {

RecoveryServices::RecoveryServices(Installation& installation, identity::PasswordWork& passwords,
                                   identity::SessionService& sessions, identity::CurrentPassword& current_password,
                                   const identity::VerificationMail& verification_mail,
                                   identity::ProfileCache* profiles, telemetry::Logger& log,
                                   telemetry::Metrics& metrics)
    : parts{*installation.database,
            installation.accounts,
            installation.vault,
            installation.proofs,
            installation.unproven_emails,
            installation.one_time_tokens,
            verification_mail,
            installation.mail,
            installation.audit,
            passwords,
            installation.sessions,
            sessions,
            installation.clock,
            installation.random,
            log,
            profiles},
      email_verification(parts),
      email_change(parts, current_password),
      password_reset(parts, installation.jobs),
      invites(parts, installation.invites, installation.account_steps),
      account_creation(parts, installation.account_steps),
      letter_facts(parts, installation.invites),
      reset_worker(
          {*installation.database, installation.jobs, installation.clock, installation.random, log, metrics},
          {.queue = std::string(identity::kRecoveryQueue), .keep_dead = installation.settings.privacy.keep_dead_jobs},
          {[this](const queue::Job& job) {
            if (job.kind == identity::kResetRequested) password_reset.answer_request(job.payload);
            return queue::Outcome{};
          }}) {}

void RecoveryServices::provide(identity::MailRenderer& renderer) const {
  using identity::MailKind;
  const auto of_proof = [this](db::Transaction& tx, const identity::MailJob& job) {
    return letter_facts.of_proof(tx, job);
  };
  for (const auto kind : {MailKind::verify_email, MailKind::confirm_new_email, MailKind::email_changed_notice,
                          MailKind::reset_password}) {
    renderer.provide(kind, of_proof);
  }
  renderer.provide(MailKind::invite, [this](db::Transaction& tx, const identity::MailJob& job) {
    return letter_facts.of_invite(tx, job);
  });
  renderer.provide(MailKind::new_device, [this](db::Transaction& tx, const identity::MailJob& job) {
    return letter_facts.of_new_device(tx, job);
  });
}

}  // namespace gatehouse::app
