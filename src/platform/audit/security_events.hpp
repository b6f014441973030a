#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "platform/audit/event_types.hpp"

namespace gatehouse::audit {

enum class Telling {
  listed,              // seen by whoever looks
  at_once,             // an alert, too
  at_once_with_power,  // an alert where its field `roles` names one that manages accounts
};

struct SecurityEvent {
  std::string_view type;
  Telling telling;
  const char* words;  // of an alert, for a person; none where there is no alert
};

// What a security officer looks at first, and what alerts are made of: one table, so that whoever was alerted finds the
// event in the list. docs/security/events.md says the same; tests hold the three together.
inline constexpr std::array kSecurityEvents{
    SecurityEvent{type::kAccessDenied, Telling::listed, ""},
    SecurityEvent{type::kFactorFailed, Telling::listed, ""},
    SecurityEvent{type::kRecoveryCodeUsed, Telling::listed, ""},
    SecurityEvent{type::kRefreshReuse, Telling::at_once,
                  "A refresh token was used twice: somebody holds a copy of it. The session has ended"},
    SecurityEvent{type::kEmailRestored, Telling::at_once,
                  "The owner of an address took back that it was changed: somebody had taken over the account"},
    SecurityEvent{type::kAddressBlocked, Telling::at_once, "An address failed to sign in too often and is blocked"},
    SecurityEvent{type::kSprayingDetected, Telling::at_once,
                  "A spraying attack is suspected: a few tries each at many accounts"},
    SecurityEvent{type::kStuffingDetected, Telling::at_once,
                  "A stuffing attack is suspected: names and passwords from elsewhere are tried"},
    SecurityEvent{type::kAttackOver, Telling::at_once, "An attack that was suspected is over"},
    SecurityEvent{type::kAccountUnderAttack, Telling::at_once, "Sign-ins to one account fail again and again"},
    SecurityEvent{type::kFactorsReset, Telling::at_once, "An administrator removed the second factors of an account"},
    SecurityEvent{type::kRolesSet, Telling::at_once_with_power, "An account was given a role that manages accounts"},
    SecurityEvent{type::kAccountCreated, Telling::at_once_with_power,
                  "An account was made with a role that manages accounts"},
    SecurityEvent{type::kAccountInvited, Telling::at_once_with_power,
                  "Somebody was invited to a role that manages accounts"},
    SecurityEvent{type::kRoleDefined, Telling::at_once, "What a role may do was changed"},
    SecurityEvent{type::kRoleRemoved, Telling::at_once, "A role was removed"},
    SecurityEvent{type::kWebhookAdded, Telling::at_once, "A webhook was added"},
    SecurityEvent{type::kWebhookChanged, Telling::at_once, "A webhook was changed"},
    SecurityEvent{type::kKeyRevoked, Telling::at_once, "A signing key was revoked"},
    SecurityEvent{type::kAccountsExported, Telling::at_once, "Accounts were exported"},
    SecurityEvent{type::kBackupRestored, Telling::at_once, "A backup was restored"},
    SecurityEvent{type::kOutsideChange, Telling::at_once, "The database was changed around the program"},
    SecurityEvent{type::kHistoryLost, Telling::at_once, "A part of the audit log is gone"},
};

// Their types alone, as a filter takes them.
inline constexpr auto kSecurityTypes = [] {
  std::array<std::string_view, kSecurityEvents.size()> types{};
  for (std::size_t i = 0; i < types.size(); ++i) types[i] = kSecurityEvents[i].type;
  return types;
}();

}  // namespace gatehouse::audit
