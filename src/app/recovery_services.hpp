#pragma once

#include "app/installation.hpp"
#include "identity/account/current_password.hpp"
#include "identity/account/password_work.hpp"
#include "identity/account/profile_cache.hpp"
#include "identity/account/verification_mail.hpp"
#include "identity/letter/mail_renderer.hpp"
#include "identity/recovery/account_creation.hpp"
#include "identity/recovery/email_change.hpp"
#include "identity/recovery/email_verification.hpp"
#include "identity/recovery/invites.hpp"
#include "identity/recovery/letter_facts.hpp"
#include "identity/recovery/password_reset.hpp"
#include "identity/session/session_service.hpp"
#include "platform/queue/worker.hpp"
#include "platform/telemetry/metrics.hpp"

namespace gatehouse::app {

// What a mailbox can be shown for, put together. Thread-safe as its parts are.
struct RecoveryServices {
  // REQUIRES: all outlive it.
  RecoveryServices(Installation& installation, identity::PasswordWork& passwords, identity::SessionService& sessions,
                   identity::CurrentPassword& current_password, const identity::VerificationMail& verification_mail,
                   identity::ProfileCache* profiles, telemetry::Logger& log, telemetry::Metrics& metrics);
  RecoveryServices(const RecoveryServices&) = delete;
  RecoveryServices& operator=(const RecoveryServices&) = delete;

  // Tells the letters what they say. REQUIRES: before the renderer is used.
  void provide(identity::MailRenderer& renderer) const;

  identity::RecoveryParts parts;
  identity::EmailVerification email_verification;
  identity::EmailChange email_change;
  identity::PasswordReset password_reset;
  identity::Invites invites;
  identity::AccountCreation account_creation;
  identity::LetterFacts letter_facts;
  // Answers requests for resets apart from the requests themselves, which so take the same time for every address.
  queue::Worker reset_worker;
};

}  // namespace gatehouse::app
