#include "app/gate_denials.hpp"

#include <algorithm>
#include <string>
#include <string_view>

namespace gatehouse::app {
namespace {

std::string_view field_of(const audit::Event& event, std::string_view name) {
  const auto found = std::ranges::find(event.fields, name, &audit::Field::name);
  return found == event.fields.end() ? std::string_view() : std::string_view(found->value);
}

}  // namespace

void note_in(identity::DenialBook& book, const Refused& refused) {
  for (const auto& refusal : refused.by_gate) {
    book.note({.account = refusal.account,
               .what = {{"gate_reason", gate::kReasonNames[static_cast<std::size_t>(refusal.reason)]},
                        {"gate_rule", std::to_string(refusal.rule)},
                        {"method", std::string(refusal.method)}},
               .times = refusal.times});
  }
  if (refused.malformed != 0) book.note({.type = audit::type::kRequestsMalformed, .times = refused.malformed});
}

void LoggedDenials::tell(const Refused& refused) {
  note_in(book_, refused);
  for (const auto& event : book_.take(clock_.now())) {
    if (event.type == audit::type::kRequestsMalformed) {
      log_.warn("requests_malformed", {{"times", field_of(event, "times")}});
      continue;
    }
    const std::string account = event.actor ? event.actor->to_string() : std::string();
    log_.warn("access_denied", {{"account", account},
                                {"gate_reason", field_of(event, "gate_reason")},
                                {"gate_rule", field_of(event, "gate_rule")},
                                {"method", field_of(event, "method")},
                                {"times", field_of(event, "times")}});
  }
}

}  // namespace gatehouse::app
