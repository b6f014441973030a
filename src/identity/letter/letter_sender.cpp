#include "identity/letter/letter_sender.hpp"

namespace gatehouse::identity {

queue::Outcome LetterSender::send(const queue::Job& job) {
  using Verdict = queue::Outcome::Verdict;
  const auto mail_job = MailJob::read(job.kind, job.payload);
  if (!mail_job) return {Verdict::bury, "unreadable"};
  // The same name for each attempt, so that a letter that was sent twice is shown once.
  const auto message = renderer_.render(*mail_job, job.id.to_string(), job.created_at);
  if (!message) {
    log_.info("mail_dropped", {{"kind", job.kind}, {"job", job.id.to_string()}});
    return {};
  }
  const auto delivery = mailer_.send(*message);
  switch (delivery) {
    case mail::Delivery::accepted:
      log_.info("mail_sent", {{"kind", job.kind}, {"job", job.id.to_string()}, {"attempts", job.attempts}});
      return {};
    case mail::Delivery::refused:
    case mail::Delivery::malformed: return {Verdict::bury, to_string(delivery)};
    case mail::Delivery::unreachable: return {Verdict::retry, to_string(delivery), false};
    case mail::Delivery::deferred:
    case mail::Delivery::cancelled: break;
  }
  return {Verdict::retry, to_string(delivery)};
}

}  // namespace gatehouse::identity
