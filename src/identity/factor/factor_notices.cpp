#include "identity/factor/factor_notices.hpp"

#include <string>
#include <utility>

#include "platform/audit/event_types.hpp"

namespace gatehouse::identity {
namespace {

MailEvent mail_event_of(std::string_view type) {
  if (type == audit::type::kFactorAdded) return MailEvent::added;
  if (type == audit::type::kFactorRemoved) return MailEvent::removed;
  if (type == audit::type::kRecoveryCodesMade) return MailEvent::codes_renewed;
  if (type == audit::type::kRecoveryCodeUsed) return MailEvent::code_used;
  if (type == audit::type::kProfileChanged) return MailEvent::demand_changed;  // of a profile, what sign-in asks for
  if (type == audit::type::kFactorsReset) return MailEvent::reset;
  return MailEvent::changed;
}

}  // namespace

void FactorNotices::record(db::Transaction& tx, const Change& change) const {
  audit::Event event{.type = change.type, .actor = {}, .subject = change.account.uuid(), .fields = change.fields};
  if (change.actor) event.actor = change.actor->uuid();
  if (!change.factor.uuid().is_nil()) event.fields.push_back({"factor", change.factor.to_string()});
  audit_.record(tx, event);
}

void FactorNotices::changed(db::Transaction& tx, const Change& change) const {
  record(tx, change);
  mail_.send(tx, {.kind = MailKind::factor_changed,
                  .account = change.account,
                  .reference = change.factor.uuid(),
                  .event = mail_event_of(change.type)});
}

void FactorNotices::codes_failed(db::Transaction& tx, contract::AccountId account) const {
  mail_.send(tx, {.kind = MailKind::codes_failed, .account = account});
}

void note_refusal(const FactorNotices& notices, db::Transaction& tx, contract::AccountId account, SignInOutcome why) {
  notices.record(tx, {.type = audit::type::kSignInFailed,
                      .actor = {},
                      .account = account,
                      .fields = {{"reason", std::string(to_string(why))}}});
}

}  // namespace gatehouse::identity
