#pragma once

#include <string_view>

// Every type of event, once: NOUN.WHAT_HAPPENED. A type never changes its name: exports and webhooks hold them. What
// each means and which fields it has: docs/security/events.md, which event_types_test holds to this list. Which of them
// matter for security: security_events.hpp.
namespace gatehouse::audit::type {

// Sign-in and sessions
inline constexpr std::string_view kSignInSucceeded = "sign_in.succeeded";
inline constexpr std::string_view kSignInFailed = "sign_in.failed";
inline constexpr std::string_view kReauthenticated = "sign_in.reauthenticated";
inline constexpr std::string_view kReauthenticationFailed = "sign_in.reauthentication_failed";
inline constexpr std::string_view kSessionEnded = "session.ended";
inline constexpr std::string_view kRefreshReuse = "session.refresh_reuse";

inline constexpr std::string_view kAccessDenied = "access.denied";
inline constexpr std::string_view kRequestsMalformed = "requests.malformed";

// Accounts
inline constexpr std::string_view kAccountRegistered = "account.registered";
inline constexpr std::string_view kAccountCreated = "account.created";
inline constexpr std::string_view kAccountInvited = "account.invited";
inline constexpr std::string_view kInviteWithdrawn = "account.invite_withdrawn";
inline constexpr std::string_view kInviteAccepted = "account.invite_accepted";
inline constexpr std::string_view kProfileChanged = "account.profile_changed";
inline constexpr std::string_view kRolesSet = "account.roles_set";
inline constexpr std::string_view kAccountDisabled = "account.disabled";
inline constexpr std::string_view kAccountEnabled = "account.enabled";
inline constexpr std::string_view kSessionsEndedByAdmin = "account.sessions_ended";
inline constexpr std::string_view kDataExported = "account.data_exported";
inline constexpr std::string_view kDeletionRequested = "account.deletion_requested";
inline constexpr std::string_view kDeletionCancelled = "account.deletion_cancelled";
inline constexpr std::string_view kAccountErased = "account.erased";
inline constexpr std::string_view kAccountsImported = "account.imported";
inline constexpr std::string_view kAccountsExported = "account.exported";

// Passwords, addresses, factors
inline constexpr std::string_view kPasswordChanged = "password.changed";
inline constexpr std::string_view kPasswordResetRequested = "password.reset_requested";
inline constexpr std::string_view kPasswordResetCodeTried = "password.reset_code_tried";
inline constexpr std::string_view kPasswordReset = "password.reset";
inline constexpr std::string_view kEmailVerified = "email.verified";
inline constexpr std::string_view kEmailChangeRequested = "email.change_requested";
inline constexpr std::string_view kEmailChanged = "email.changed";
inline constexpr std::string_view kEmailRestored = "email.restored";
inline constexpr std::string_view kFactorAdded = "factor.added";
inline constexpr std::string_view kFactorRenamed = "factor.renamed";
inline constexpr std::string_view kFactorRemoved = "factor.removed";
inline constexpr std::string_view kFactorsReset = "factor.reset_by_admin";
inline constexpr std::string_view kFactorFailed = "factor.failed";
inline constexpr std::string_view kRecoveryCodesMade = "factor.recovery_codes_made";
inline constexpr std::string_view kRecoveryCodeUsed = "factor.recovery_code_used";

// Attackers
inline constexpr std::string_view kAddressBlocked = "defence.address_blocked";
inline constexpr std::string_view kAddressUnblocked = "defence.address_unblocked";
inline constexpr std::string_view kSprayingDetected = "defence.spraying_detected";
inline constexpr std::string_view kStuffingDetected = "defence.stuffing_detected";
inline constexpr std::string_view kAttackOver = "defence.attack_over";
inline constexpr std::string_view kAccountUnderAttack = "defence.account_under_attack";

// The installation
inline constexpr std::string_view kKeyRotated = "key.rotated";
inline constexpr std::string_view kKeyRevoked = "key.revoked";
inline constexpr std::string_view kMasterKeyReplaced = "master_key.replaced";
inline constexpr std::string_view kRoleDefined = "role.defined";
inline constexpr std::string_view kRoleRemoved = "role.removed";
inline constexpr std::string_view kWebhookAdded = "webhook.added";
inline constexpr std::string_view kWebhookChanged = "webhook.changed";
inline constexpr std::string_view kWebhookRemoved = "webhook.removed";
inline constexpr std::string_view kWebhookReplayed = "webhook.replayed";
inline constexpr std::string_view kMailRetried = "mail.retried";
inline constexpr std::string_view kBackupTaken = "backup.taken";
inline constexpr std::string_view kBackupRestored = "backup.restored";
inline constexpr std::string_view kOutsideChange = "database.changed_outside";
inline constexpr std::string_view kAuditExported = "audit.exported";
inline constexpr std::string_view kAuditRetained = "audit.retained";
inline constexpr std::string_view kHistoryLost = "audit.history_lost";

}  // namespace gatehouse::audit::type
