#pragma once

#include <memory>
#include <set>
#include <string>

#include "app/installation.hpp"
#include "identity/letter/letter_sender.hpp"
#include "identity/letter/mail_renderer.hpp"
#include "platform/mail/mailer.hpp"
#include "platform/mail/template_set.hpp"
#include "platform/queue/worker.hpp"
#include "platform/telemetry/log.hpp"
#include "platform/telemetry/metrics.hpp"

namespace gatehouse::app {

// What hands letters on, as [mail] says: to a server, or into a folder; the log hears which. For one thread. REQUIRES:
// the installation outlives it.
[[nodiscard]] std::unique_ptr<mail::Mailer> make_mailer(const Installation& installation, telemetry::Logger& log);

// Sends the letters of this installation: one thread, which starts and stops with the process.
class MailService {
 public:
  // Says where letters go (`mail_to_server`, `mail_to_folder`). Throws std::runtime_error with a text for the operator
  // when a template can't be used. REQUIRES: all outlive it.
  MailService(Installation& installation, telemetry::Logger& log, telemetry::Metrics& metrics);

  // For those who know what letters refer to. REQUIRES: before start().
  [[nodiscard]] identity::MailRenderer& renderer() noexcept { return renderer_; }

  // What there are templates in.
  [[nodiscard]] const std::set<std::string>& languages() const noexcept { return templates_.locales(); }

  void start() { worker_.start(); }
  void stop() { worker_.stop(); }  // idempotent; what was being sent is sent again after the next start

 private:
  const mail::TemplateSet templates_;
  identity::MailRenderer renderer_;
  const std::unique_ptr<mail::Mailer> mailer_;
  identity::LetterSender sender_;
  queue::Worker worker_;
};

}  // namespace gatehouse::app
