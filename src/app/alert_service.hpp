#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "app/installation.hpp"
#include "identity/alert/alert_sender.hpp"
#include "platform/http_client/client_pool.hpp"
#include "platform/mail/mailer.hpp"
#include "platform/queue/worker.hpp"
#include "platform/telemetry/log.hpp"
#include "platform/telemetry/metrics.hpp"

namespace gatehouse::app {

// Tells operators of security events: a thread for each kind of place, so that one that hangs holds up no other.
class AlertService {
 public:
  // REQUIRES: all outlive it.
  AlertService(Installation& installation, telemetry::Logger& log, telemetry::Metrics& metrics);

  void start() { worker_.start(); }
  void stop() { worker_.stop(); }  // idempotent; what was being sent is sent again after the next start

 private:
  [[nodiscard]] queue::Outcome write_to_operators(const queue::Job& job, const std::string& subject,
                                                  const std::string& text);
  void cancel();

  const Settings& settings_;
  const std::unique_ptr<mail::Mailer> mailer_;  // null: nobody is written to
  std::mutex mail_mutex_;
  http_client::ClientPool clients_;
  identity::AlertSender sender_;
  queue::Worker worker_;
};

}  // namespace gatehouse::app
