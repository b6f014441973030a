#include "app/alert_service.hpp"

#include "app/mail_service.hpp"
#include "identity/alert/alert_outbox.hpp"

namespace gatehouse::app {
namespace {

identity::AlertPlaces places_of(const Settings& settings) {
  return {.webhook_url = std::string(settings.alert.webhook_url.expose()),
          .slack_url = std::string(settings.alert.slack_url.expose()),
          .installation = settings.token.issuer};
}

queue::WorkerOptions worker_options(const Settings& settings) {
  queue::WorkerOptions options;
  options.queue = identity::kAlertQueue;
  options.keep_dead = settings.privacy.keep_dead_jobs;
  options.first_backoff = std::chrono::seconds(2);
  options.threads = 3;  // webhook, Slack, e-mail
  return options;
}

}  // namespace

AlertService::AlertService(Installation& installation, telemetry::Logger& log, telemetry::Metrics& metrics)
    : settings_(installation.settings),
      mailer_(settings_.alert.email.empty() ? nullptr : make_mailer(installation, log)),
      clients_({.ca_file = settings_.alert.ca_file.string()}),
      sender_(places_of(settings_), clients_,
              [this](const queue::Job& job, const std::string& subject, const std::string& text) {
                return write_to_operators(job, subject, text);
              }),
      worker_(
          {*installation.database, installation.jobs, installation.clock, installation.random, log, metrics},
          worker_options(settings_),
          {.handler = [this](const queue::Job& job) { return sender_.send(job); }, .cancel = [this] { cancel(); }}) {}

// Who was written to before another one's server failed is written to again: with the same Message-ID, so it shows
// once.
queue::Outcome AlertService::write_to_operators(const queue::Job& job, const std::string& subject,
                                                const std::string& text) {
  using Verdict = queue::Outcome::Verdict;
  queue::Outcome outcome;
  if (!mailer_) return outcome;
  // Jobs of an older version have no lane, so one may come beside one of this version's.
  const std::lock_guard lock(mail_mutex_);
  std::size_t number = 0;
  for (const auto& address : settings_.alert.email) {
    const auto delivery = mailer_->send({.id = job.id.to_string() + "-" + std::to_string(++number),
                                         .from = {.address = settings_.mail.from, .name = settings_.pages.name},
                                         .to = {.address = address},
                                         .subject = subject,
                                         .text = text,
                                         .tag = "alert"});
    const bool for_good = delivery == mail::Delivery::refused || delivery == mail::Delivery::malformed;
    if (for_good && outcome.verdict == Verdict::done) outcome = {Verdict::bury, mail::to_string(delivery)};
    if (for_good || delivery == mail::Delivery::accepted) continue;
    outcome = {Verdict::retry, mail::to_string(delivery), delivery != mail::Delivery::unreachable};
  }
  return outcome;
}

void AlertService::cancel() {
  clients_.cancel();
  if (mailer_) mailer_->cancel();
}

}  // namespace gatehouse::app
