#include "app/webhook_service.hpp"

#include <pthread.h>

#include <chrono>
#include <exception>
#include <string>
#include <utility>

namespace gatehouse::app {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kLookEvery{500};

identity::DeliveryOptions delivery_options(const WebhookSettings& settings) {
  return {.allow_http = settings.allow_http,
          .allow_private = settings.allow_private,
          .allowed_hosts = settings.allowed_hosts,
          .ca_file = settings.ca_file,
          .timeout = settings.timeout};
}

// From five seconds on, doubled up to half a day: sixteen attempts take nearly two days. The queue's own breakers have
// next to nothing to say: the sender has one for each endpoint, and an endpoint's outage does use up attempts.
queue::WorkerOptions worker_options(const Installation& installation) {
  queue::WorkerOptions options;
  options.keep_dead = installation.settings.privacy.keep_dead_jobs;
  options.queue = identity::kWebhookQueue;
  options.max_attempts = 16;
  options.first_backoff = milliseconds(5'000);
  options.max_backoff = std::chrono::hours(12);
  options.threads = installation.settings.webhook.deliveries;
  return options;
}

}  // namespace

WebhookService::WebhookService(Installation& installation, telemetry::Logger& log, telemetry::Metrics& metrics)
    : log_(log),
      dispatched_(
          metrics.counter("gatehouse_identity_webhook_events_total", "Events that were looked at for webhooks.")),
      delivery_(delivery_options(installation.settings.webhook)),
      webhooks_({*installation.database, endpoints_, installation.secrets.endpoint_kek, delivery_, installation.jobs,
                 installation.audit, installation.clock, installation.random}),
      sender_({*installation.database, endpoints_, installation.secrets.endpoint_kek, delivery_, installation.audit,
               installation.clock, installation.random, log},
              installation.settings.webhook.disable_after),
      dispatcher_(*installation.database, endpoints_, installation.jobs, installation.clock, &installation.alerts),
      worker_({*installation.database, installation.jobs, installation.clock, installation.random, log, metrics},
              worker_options(installation),
              {.handler = [this](const queue::Job& job) { return sender_.send(job); },
               .cancel = [this] { delivery_.cancel(); }}) {}

WebhookService::~WebhookService() { stop(); }

void WebhookService::start() {
  worker_.start();
  follower_ = std::thread([this] {
    pthread_setname_np(pthread_self(), "webhooks");
    follow();
  });
}

void WebhookService::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (follower_.joinable()) follower_.join();
  worker_.stop();
}

void WebhookService::follow() {
  std::unique_lock lock(mutex_);
  while (!wake_.wait_for(lock, kLookEvery, [this] { return stopping_; })) {
    lock.unlock();
    while (step()) continue;
    lock.lock();
  }
}

// True: there may be more at once. The events wait in the log while the database is away.
bool WebhookService::step() {
  try {
    const auto events = dispatcher_.step();
    dispatched_.increment(events);
    if (std::exchange(failing_, false)) log_.info("webhooks_recovered");
    const std::lock_guard lock(mutex_);
    return events >= identity::Dispatcher::kStep && !stopping_;
  } catch (const std::exception& failure) {
    if (!std::exchange(failing_, true)) log_.warn("webhooks_failed", {{"what", failure.what()}});
    return false;
  }
}

}  // namespace gatehouse::app
