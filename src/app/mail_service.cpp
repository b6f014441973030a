#include "app/mail_service.hpp"

#include <string>

#include "identity/factor/factor_letter.hpp"
#include "identity/mail/mail_outbox.hpp"
#include "identity/privacy/deletion_letter.hpp"
#include "platform/mail/folder_mailer.hpp"
#include "platform/mail/smtp_mailer.hpp"

namespace gatehouse::app {
namespace {

constexpr std::size_t kMostFiles = 1'000;

queue::WorkerOptions worker_options(const Installation& installation) {
  queue::WorkerOptions options;
  options.queue = identity::kMailQueue;
  options.keep_dead = installation.settings.privacy.keep_dead_jobs;
  return options;
}

}  // namespace

std::unique_ptr<mail::Mailer> make_mailer(const Installation& installation, telemetry::Logger& log) {
  const auto& settings = installation.settings.mail;
  if (settings.smtp_url.empty()) {
    const auto folder = installation.settings.data.dir / "mail";
    log.warn("mail_to_folder", {{"folder", folder.string()}, {"remedy", "give mail.smtp_url to send letters"}});
    return std::make_unique<mail::FolderMailer>(folder, kMostFiles, installation.clock, installation.random);
  }
  log.info("mail_to_server", {{"tls_required", !settings.allow_plaintext}});
  return std::make_unique<mail::SmtpMailer>(mail::SmtpOptions{.url = settings.smtp_url.clone(),
                                                              .ca_file = settings.ca_file,
                                                              .allow_plaintext = settings.allow_plaintext,
                                                              .timeout = settings.timeout},
                                            installation.clock, installation.random);
}

MailService::MailService(Installation& installation, telemetry::Logger& log, telemetry::Metrics& metrics)
    : templates_(installation.settings.mail.templates),
      renderer_(
          {*installation.database, installation.accounts, installation.vault, installation.one_time_tokens, templates_},
          {.base = installation.settings.origin(),
           .service = installation.settings.pages.name,
           .from = installation.settings.mail.from,
           .locale = installation.settings.mail.locale}),
      mailer_(make_mailer(installation, log)),
      sender_(renderer_, *mailer_, log),
      worker_({*installation.database, installation.jobs, installation.clock, installation.random, log, metrics},
              worker_options(installation),
              {.handler = [this](const queue::Job& job) { return sender_.send(job); },
               .cancel = [this] { sender_.cancel(); }}) {
  renderer_.provide(identity::MailKind::factor_changed,
                    identity::factor_letter(installation.accounts, installation.factors, installation.factor_vault));
  renderer_.provide(identity::MailKind::account_deletion, identity::deletion_letter(installation.erasures));
}

}  // namespace gatehouse::app
