#include "identity/mail/mail_job.hpp"

#include <algorithm>
#include <array>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <cstddef>

#include "platform/base/json.hpp"

namespace gatehouse::identity {
namespace {

// In the order of MailKind.
constexpr std::array<std::string_view, kMailKinds> kNames{
    "verify_email",     "confirm_new_email", "email_changed_notice", "reset_password",
    "password_changed", "new_device",        "factor_changed",       "invite",
    "account_deletion", "address_in_use",    "username_changed",     "codes_failed"};

// In the order of MailEvent.
constexpr std::array<std::string_view, kMailEvents> kEvents{"changed",   "added",          "removed", "codes_renewed",
                                                            "code_used", "demand_changed", "reset"};

std::optional<base::Uuid> uuid(const boost::json::object& object, const char* name) {
  const auto* member = object.if_contains(name);
  const auto* text = member != nullptr ? member->if_string() : nullptr;
  return text != nullptr ? base::Uuid::parse({text->data(), text->size()}) : std::nullopt;
}

MailEvent mail_event(const boost::json::object& object) {
  const auto* member = object.if_contains("event");
  const auto* text = member != nullptr ? member->if_string() : nullptr;
  const auto* const found =
      text != nullptr ? std::ranges::find(kEvents, std::string_view(text->data(), text->size())) : kEvents.end();
  return found != kEvents.end() ? static_cast<MailEvent>(found - kEvents.begin()) : MailEvent::changed;
}

}  // namespace

std::string_view to_string(MailKind kind) { return kNames.at(static_cast<std::size_t>(kind)); }

std::optional<MailKind> mail_kind(std::string_view name) {
  const auto* const found = std::ranges::find(kNames, name);
  if (found == kNames.end()) return std::nullopt;
  return static_cast<MailKind>(found - kNames.begin());
}

std::string_view to_string(MailEvent event) { return kEvents.at(static_cast<std::size_t>(event)); }

std::string MailJob::payload() const {
  boost::json::object object{{"account", account.to_string()}, {"reference", reference.to_string()}};
  if (event != MailEvent::changed) object["event"] = to_string(event);
  return boost::json::serialize(object);
}

std::optional<MailJob> MailJob::read(std::string_view kind, std::string_view payload) {
  const auto known = mail_kind(kind);
  const auto value = base::parse_json(payload);
  if (!known || !value || !value->is_object()) return std::nullopt;
  const auto account = uuid(value->get_object(), "account");
  const auto reference = uuid(value->get_object(), "reference");
  if (!account || !reference) return std::nullopt;
  return MailJob{*known, contract::AccountId(*account), *reference, mail_event(value->get_object())};
}

}  // namespace gatehouse::identity
