#pragma once

#include <memory>
#include <vector>

#include "app/change_desk.hpp"
#include "app/defences.hpp"
#include "app/factor_parts.hpp"
#include "app/installation.hpp"
#include "app/recovery_services.hpp"
#include "app/shared_state.hpp"
#include "contract/authenticator.hpp"
#include "contract/revocation_feed.hpp"
#include "crypto/password.hpp"
#include "identity/account/account_metrics.hpp"
#include "identity/account/new_device_notice.hpp"
#include "identity/account/password_work.hpp"
#include "identity/account/registration.hpp"
#include "identity/account/self_service.hpp"
#include "identity/account/sign_in.hpp"
#include "identity/api/access.hpp"
#include "identity/api/api_context.hpp"
#include "identity/api/routes.hpp"
#include "identity/audit/audit_desk.hpp"
#include "identity/letter/dead_letters.hpp"
#include "identity/overview/overview.hpp"
#include "identity/privacy/deletion_service.hpp"
#include "identity/privacy/member_data.hpp"
#include "identity/role/role_administration.hpp"
#include "identity/session/session_metrics.hpp"
#include "identity/session/session_service.hpp"
#include "identity/token/access_token.hpp"
#include "identity/token/key_administration.hpp"
#include "identity/token/refresh_token.hpp"
#include "identity/webhook/webhooks.hpp"
#include "platform/http/route.hpp"
#include "platform/limits/sign_in_throttle.hpp"
#include "platform/runtime/pool.hpp"
#include "platform/telemetry/metrics.hpp"

namespace gatehouse::app {

// Everything the role `identity` is made of, each part given what it uses. Thread-safe as its parts are.
class IdentityRole {
 public:
  // `shared`: null when this process counts for itself. REQUIRES: all outlive it.
  IdentityRole(Installation& installation, contract::Authenticator& authenticator, contract::RevocationFeed& feed,
               ChangeDesk& changes, limits::SharedLimits* shared, identity::Webhooks& webhooks, telemetry::Logger& log,
               telemetry::Metrics& metrics);

  [[nodiscard]] std::vector<http::Route> routes() const { return identity::make_routes(context_); }
  [[nodiscard]] RecoveryServices& recovery() noexcept { return recovery_; }
  [[nodiscard]] identity::DenialBook& denials() noexcept { return denials_; }
  // What the gates of this process refused, and its parser. By itself, so that a rule that hits many leaves place for
  // the interface's.
  [[nodiscard]] identity::DenialBook& gate_denials() noexcept { return gate_denials_; }
  [[nodiscard]] const runtime::Pool& hashing() const noexcept { return hashing_; }
  // Of accounts that are gone, from what all processes share. Blocks, as long as Redis takes.
  void forget_profiles(const std::vector<contract::AccountId>& accounts);
  // Gives back what password hashes have kept and not used since the last call. To be called every second or so.
  void release_unused_memory() const { hasher_.release_unused_memory(); }

 private:
  [[nodiscard]] identity::ProfileCache* profile_cache() noexcept { return profiles_ ? &profiles_->cache() : nullptr; }

  identity::SessionMetrics session_metrics_;
  identity::AccountMetrics account_metrics_;
  identity::RefreshTokenCodec refresh_tokens_;
  identity::AccessTokenIssuer access_tokens_;
  crypto::PasswordHasher hasher_;
  runtime::Pool hashing_;
  limits::SignInThrottle throttle_;  // unused where processes count together
  std::unique_ptr<Profiles> profiles_;
  Defences defences_;
  identity::PasswordWork passwords_;
  identity::NewDeviceNotice new_devices_;
  identity::SessionService sessions_;
  identity::VerificationMail verification_mail_;
  identity::Registration registration_;
  identity::SignInCompletion completion_;
  FactorParts factors_;
  identity::CurrentPassword current_password_;
  identity::SignIn sign_in_;
  identity::SelfService self_service_;
  identity::Administration administration_;
  identity::RoleAdministration role_administration_;
  identity::KeyAdministration key_administration_;
  identity::Overview overview_;
  identity::DeadLetters dead_letters_;
  RecoveryServices recovery_;
  identity::AuditDesk audit_desk_;
  identity::DenialBook denials_;
  identity::DenialBook gate_denials_;
  identity::DeletionService deletion_;
  audit::EventStore history_;
  identity::MemberData member_data_;
  identity::Access access_;
  identity::ApiContext context_;
};

// What makes passwords of these settings; shared with the commands, which make accounts, too. Throws std::runtime_error
// with a text for the operator when password.breached_file can't be used.
[[nodiscard]] identity::PasswordPolicy password_policy(const Settings& settings);
// Threads of the hashing pool: one a core, as far as the memory for hashes reaches.
[[nodiscard]] runtime::PoolOptions hashing_options(const Settings& settings);

}  // namespace gatehouse::app
