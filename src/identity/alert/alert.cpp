#include "identity/alert/alert.hpp"

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "platform/audit/security_events.hpp"
#include "platform/base/json.hpp"
#include "platform/telemetry/json_line.hpp"

namespace gatehouse::identity {
namespace {

// Nothing for what nobody is told of at once.
const audit::SecurityEvent* alert_of(std::string_view type) {
  const auto* found = std::ranges::find(audit::kSecurityEvents, type, &audit::SecurityEvent::type);
  return found == audit::kSecurityEvents.end() || found->telling == audit::Telling::listed ? nullptr : found;
}

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
  const auto* const alert = alert_of(event.type);
  if (alert == nullptr) return false;
  if (alert->telling != audit::Telling::at_once_with_power) return true;
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
  if (alert_of(alert.type) == nullptr || at_ms == nullptr || !at_ms->is_int64() || fields == nullptr) {
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
  const auto* const known = alert_of(alert.type);
  std::string line = known == nullptr ? alert.type : known->words;
  line += " (" + alert.type + ", " + telemetry::to_rfc3339(alert.at);
  if (!alert.subject.empty()) line += ", account " + alert.subject;
  if (!alert.actor.empty()) line += ", by " + alert.actor;
  if (alert.fields != "{}") line += ", " + alert.fields;
  line += ")";
  if (alert.held_back > 0) line += "; " + std::to_string(alert.held_back) + " more like it before";
  return line;
}

}  // namespace gatehouse::identity
