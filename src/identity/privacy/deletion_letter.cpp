#include "identity/privacy/deletion_letter.hpp"

#include "identity/mail/mail_time.hpp"

namespace gatehouse::identity {

MailFactsOf deletion_letter(const ErasureStore& erasures) {
  return [&erasures](db::Transaction& tx, const MailJob& job) -> std::optional<MailFacts> {
    const auto pending = erasures.pending(tx, job.account);
    if (!pending) return std::nullopt;
    MailFacts facts;
    facts.values["date"] = mail_date(pending->erase_at);
    return facts;
  };
}

}  // namespace gatehouse::identity
