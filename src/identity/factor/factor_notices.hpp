#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "contract/ids.hpp"
#include "identity/account/account_metrics.hpp"
#include "identity/factor/factor.hpp"
#include "identity/mail/mail_outbox.hpp"
#include "identity/session/session_service.hpp"
#include "platform/audit/log.hpp"
#include "platform/db/transaction.hpp"

namespace gatehouse::identity {

// What is told of second factors, in the transaction that causes it: an event in the audit log, and a letter to the
// owner of whatever changes how the account is signed in to. Thread-safe.
class FactorNotices {
 public:
  // REQUIRES: both outlive it.
  FactorNotices(const audit::Log& audit, const MailOutbox& mail) : audit_(audit), mail_(mail) {}

  // `type` of audit/event_types.hpp. `actor`: whose act; nothing: an operator's.
  struct Change {
    std::string_view type;
    std::optional<contract::AccountId> actor;
    contract::AccountId account;
    FactorId factor{};  // nil: all of them
    std::vector<audit::Field> fields{};
  };
  // Event and letter.
  void changed(db::Transaction& tx, const Change& change) const;
  // The event alone.
  void record(db::Transaction& tx, const Change& change) const;
  // The letter about wrong codes alone.
  void codes_failed(db::Transaction& tx, contract::AccountId account) const;

 private:
  const audit::Log& audit_;
  const MailOutbox& mail_;
};

// A sign-in that ended without its second factor: what was wrong. Whose act it was is not known.
void note_refusal(const FactorNotices& notices, db::Transaction& tx, contract::AccountId account, SignInOutcome why);

}  // namespace gatehouse::identity
