#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

#include "app/installation.hpp"
#include "identity/audit/denial_book.hpp"
#include "identity/audit/sealer.hpp"
#include "platform/audit/error_book.hpp"
#include "platform/http/api_service.hpp"
#include "platform/telemetry/log.hpp"
#include "platform/telemetry/metrics.hpp"

namespace gatehouse::app {

// One thread that seals the audit log every second, writes the errors and the denials that requests left in their
// books, tells the log every minute where it ends (a witness outside of the database), and every hour removes what is
// older than audit.retention. Of its own, so that a slow disk keeps the housekeeper from nothing.
class AuditKeeper {
 public:
  // REQUIRES: all outlive it.
  AuditKeeper(Installation& installation, std::vector<identity::DenialBook*> denials, telemetry::Logger& log,
              telemetry::Metrics& metrics);
  ~AuditKeeper();
  AuditKeeper(const AuditKeeper&) = delete;
  AuditKeeper& operator=(const AuditKeeper&) = delete;

  void start();
  void stop();  // idempotent; seals what there is once more

  // One round, as the thread has one each second: what there is by now is recorded, sealed and written. And what it
  // does each hour. REQUIRES: the thread does not run.
  void look();
  void sweep();

  // An answer 5xx, to be written within a second. Any thread; never waits.
  void hear(const http::Failure& failure);

 private:
  void run();
  void seal();
  void write_errors();
  void record_denials();
  void sweep_errors();
  void report_head();
  void retain();
  [[nodiscard]] bool stopping();

  Installation& installation_;
  const std::vector<identity::DenialBook*> denials_;
  telemetry::Logger& log_;
  telemetry::Counter sealed_;
  telemetry::Counter lost_;
  telemetry::Counter refused_;
  telemetry::Counter failures_;
  std::atomic<std::int64_t> head_{0};
  identity::Sealer sealer_;
  audit::ErrorBook errors_;
  std::vector<audit::Event> denied_{};  // not recorded yet
  identity::ChainHead reported_;
  identity::ChainHead latest_;
  bool failing_ = false;

  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;  // guarded by mutex_
  std::thread thread_;
};

}  // namespace gatehouse::app
