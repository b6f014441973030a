#include "identity/alert/alert.hpp"

#include <algorithm>
#include <array>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "platform/audit/event_types.hpp"
#include "platform/base/json.hpp"
#include "platform/telemetry/json_line.hpp"

namespace gatehouse::identity {
namespace {

namespace type = audit::type;

struct Words {
  std::string_view type;
  const char* words;
};

// Everything that is told at once, and how.
constexpr std::array kAlerts{
    Words{type::kRefreshReuse, "A refresh token was used twice: somebody holds a copy of it. The session has ended"},
    Words{type::kAddressBlocked, "An address failed to sign in too often and is blocked"},
    Words{type::kSprayingDetected, "A spraying attack is suspected: a few tries each at many accounts"},
    Words{type::kStuffingDetected, "A stuffing attack is suspected: names and passwords from elsewhere are tried"},
    Words{type::kAttackOver, "An attack that was suspected is over"},
    Words{type::kAccountUnderAttack, "Sign-ins to one account fail again and again"},
    Words{type::kFactorsReset, "An administrator removed the second factors of an account"},
    Words{type::kRolesSet, "An account was given a role that manages accounts"},
    Words{type::kAccountCreated, "An account was made with a role that manages accounts"},
    Words{type::kAccountInvited, "Somebody was invited to a role that manages accounts"},
    Words{type::kRoleDefined, "What a role may do was changed"},
    Words{type::kRoleRemoved, "A role was removed"},
    Words{type::kWebhookAdded, "A webhook was added"},
    Words{type::kWebhookChanged, "A webhook was changed"},
    Words{type::kKeyRevoked, "A signing key was revoked"},
    Words{type::kAccountsExported, "Accounts were exported"},
    Words{type::kBackupRestored, "A backup was restored"},
    Words{type::kOutsideChange, "The database was changed around the program"},
    Words{type::kHistoryLost, "A part of the audit log is gone"},
};

const Words* words_of(std::string_view wanted) {
  const auto* found = std::find_if(kAlerts.begin(), kAlerts.end(), [&](const Words& w) { return w.type == wanted; });
  return found == kAlerts.end() ? nullptr : found;
}

// Told of only where `roles`, which is among their fields, says so.
constexpr std::array kGivingRoles{type::kRolesSet, type::kAccountCreated, type::kAccountInvited};

// Roles stand in a field `roles`, separated by spaces.
bool names_one_of(std::string_view roles, const std::vector<std::string>& privileged) {
  while (!roles.empty()) {
    const auto name = roles.substr(0, roles.find(' '));
    if (std::find(privileged.begin(), privileged.end(), name) != privileged.end()) return true;
    roles.remove_prefix(std::min(roles.size(), name.size() + 1));
  }
  return false;
}

std::string text_of(const boost::json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

}  // namespace

bool is_alerting(const audit::RecordedEvent& event, const std::vector<std::string>& privileged) {
  if (words_of(event.type) == nullptr) return false;
  if (std::find(kGivingRoles.begin(), kGivingRoles.end(), event.type) == kGivingRoles.end()) return true;
  const auto fields = base::parse_json(event.fields);
  return fields && fields->is_object() && names_one_of(text_of(fields->get_object(), "roles"), privileged);
}

std::string Alert::to_json() const {
  auto parsed = base::parse_json(fields);
  boost::json::object object{{"type", type}, {"at", telemetry::to_rfc3339(at)}, {"at_ms", base::to_unix_ms(at)}};
  if (!actor.empty()) object["actor"] = actor;
  if (!subject.empty()) object["subject"] = subject;
  object["fields"] = parsed && parsed->is_object() ? *parsed : boost::json::object();
  if (held_back > 0) object["held_back"] = held_back;
  return boost::json::serialize(object);
}

std::optional<Alert> Alert::from_json(std::string_view text) {
  const auto parsed = base::parse_json(text);
  if (!parsed || !parsed->is_object()) return std::nullopt;
  const auto& object = parsed->get_object();
  const auto* at_ms = object.if_contains("at_ms");
  const auto* fields = object.if_contains("fields");
  Alert alert{.type = text_of(object, "type")};
  if (words_of(alert.type) == nullptr || at_ms == nullptr || !at_ms->is_int64() || fields == nullptr) {
    return std::nullopt;
  }
  alert.at = base::from_unix_ms(at_ms->get_int64());
  alert.actor = text_of(object, "actor");
  alert.subject = text_of(object, "subject");
  alert.fields = boost::json::serialize(*fields);
  const auto* held_back = object.if_contains("held_back");
  if (held_back != nullptr && held_back->is_int64())
    alert.held_back = static_cast<std::uint32_t>(held_back->get_int64());
  return alert;
}

std::string describe(const Alert& alert) {
  const auto* words = words_of(alert.type);
  std::string line = words == nullptr ? alert.type : words->words;
  line += " (" + alert.type + ", " + telemetry::to_rfc3339(alert.at);
  if (!alert.subject.empty()) line += ", account " + alert.subject;
  if (!alert.actor.empty()) line += ", by " + alert.actor;
  if (alert.fields != "{}") line += ", " + alert.fields;
  line += ")";
  if (alert.held_back > 0) line += "; " + std::to_string(alert.held_back) + " more like it before";
  return line;
}

}  // namespace gatehouse::identity
