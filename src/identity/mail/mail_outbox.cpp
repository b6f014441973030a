#include "identity/mail/mail_outbox.hpp"

namespace gatehouse::identity {

void MailOutbox::send(db::Transaction& tx, const MailJob& job) const {
  jobs_.add(
      tx,
      {.queue = kMailQueue, .kind = to_string(job.kind), .payload = job.payload(), .due = jobs_.after_the_answer()});
}

}  // namespace gatehouse::identity
