#pragma once

#include "identity/letter/mail_renderer.hpp"
#include "platform/mail/mailer.hpp"
#include "platform/queue/job.hpp"
#include "platform/queue/worker.hpp"
#include "platform/telemetry/log.hpp"

namespace gatehouse::identity {

// Does one job of the queue `mail`: writes the letter and hands it to the mailer. What it logs are ids and kinds.
// REQUIRES: all outlive it.
class LetterSender {
 public:
  LetterSender(const MailRenderer& renderer, mail::Mailer& mailer, telemetry::Logger& log)
      : renderer_(renderer), mailer_(mailer), log_(log) {}

  // done: accepted, or there is nobody to write to any more. One thread at a time.
  [[nodiscard]] queue::Outcome send(const queue::Job& job);
  // As Mailer::cancel.
  void cancel() { mailer_.cancel(); }

 private:
  const MailRenderer& renderer_;
  mail::Mailer& mailer_;
  telemetry::Logger& log_;
};

}  // namespace gatehouse::identity
