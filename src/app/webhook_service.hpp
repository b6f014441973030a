#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "app/installation.hpp"
#include "identity/webhook/delivery.hpp"
#include "identity/webhook/dispatcher.hpp"
#include "identity/webhook/endpoint_store.hpp"
#include "identity/webhook/event_sender.hpp"
#include "identity/webhook/webhooks.hpp"
#include "platform/queue/worker.hpp"
#include "platform/telemetry/log.hpp"
#include "platform/telemetry/metrics.hpp"

namespace gatehouse::app {

// Tells endpoints of events: one thread follows the audit log (for alerts, too), a few deliver.
class WebhookService {
 public:
  // REQUIRES: all outlive it.
  WebhookService(Installation& installation, telemetry::Logger& log, telemetry::Metrics& metrics);
  ~WebhookService();
  WebhookService(const WebhookService&) = delete;
  WebhookService& operator=(const WebhookService&) = delete;

  // For administrators.
  [[nodiscard]] identity::Webhooks& webhooks() noexcept { return webhooks_; }

  void start();
  void stop();  // idempotent; what was being delivered is delivered again after the next start

 private:
  void follow();
  [[nodiscard]] bool step();

  telemetry::Logger& log_;
  telemetry::Counter dispatched_;
  identity::EndpointStore endpoints_;
  identity::Delivery delivery_;
  identity::Webhooks webhooks_;
  identity::EventSender sender_;
  identity::Dispatcher dispatcher_;
  queue::Worker worker_;

  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;  // guarded by mutex_
  bool failing_ = false;   // the database, as last seen by the thread
  std::thread follower_;
};

}  // namespace gatehouse::app
