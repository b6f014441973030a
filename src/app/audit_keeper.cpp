#include "app/audit_keeper.hpp"

#include <pthread.h>

#include <exception>
#include <string>
#include <utility>

#include "identity/audit/retention.hpp"

namespace gatehouse::app {
namespace {

using std::chrono::seconds;

constexpr seconds kSealEvery{1};
constexpr seconds kReportEvery{60};
constexpr seconds kRetainEvery{3600};

}  // namespace

AuditKeeper::AuditKeeper(Installation& installation, std::vector<identity::DenialBook*> denials, telemetry::Logger& log,
                         telemetry::Metrics& metrics)
    : installation_(installation),
      denials_(std::move(denials)),
      log_(log),
      sealed_(metrics.counter("gatehouse_audit_events_sealed_total", "Events that this process has sealed.")),
      lost_(metrics.counter("gatehouse_audit_history_lost_total",
                            "Times that the end of the audit log, as it had been seen, was not there any more.")),
      refused_(metrics.counter("gatehouse_audit_retention_refused_total",
                               "Sweeps that removed no more of the audit log, as it is not as it was sealed.")),
      failures_(metrics.counter("gatehouse_audit_failures_total", "Attempts to seal or to retain that failed.")),
      sealer_({*installation.database, installation.audit, installation.audit_key, installation.clock},
              identity::HeadFile(installation.settings.data.dir / "audit_head")) {
  metrics.gauge_from("gatehouse_audit_head_batch", "Number of the newest batch of the audit log.", {},
                     [this] { return static_cast<double>(head_.load()); });
  metrics.counter_from("gatehouse_audit_error_reports_dropped_total",
                       "Answers 5xx that came faster than their reports are written; the log has them.", {},
                       [this] { return static_cast<double>(errors_.dropped()); });
  metrics.counter_from("gatehouse_audit_denials_dropped_total",
                       "Refusals by more accounts than are told apart; no event tells of them.", {}, [this] {
                         std::uint64_t dropped = 0;
                         for (const auto* book : denials_) dropped += book->dropped();
                         return static_cast<double>(dropped);
                       });
}

AuditKeeper::~AuditKeeper() { stop(); }

void AuditKeeper::start() {
  thread_ = std::thread([this] {
    pthread_setname_np(pthread_self(), "audit");
    run();
  });
}

void AuditKeeper::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (!thread_.joinable()) return;
  thread_.join();
  look();
}

void AuditKeeper::look() {
  record_denials();
  seal();
  write_errors();
}

void AuditKeeper::sweep() {
  retain();
  sweep_errors();
}

bool AuditKeeper::stopping() {
  const std::lock_guard lock(mutex_);
  return stopping_;
}

void AuditKeeper::run() {
  const auto& clock = installation_.clock;
  auto next_report = clock.steady_now();
  auto next_retention = clock.steady_now() + kReportEvery;  // not while everything else starts, too
  std::unique_lock lock(mutex_);
  while (!wake_.wait_for(lock, kSealEvery, [this] { return stopping_; })) {
    lock.unlock();
    look();
    const auto now = clock.steady_now();
    if (now >= next_report) {
      next_report = now + kReportEvery;
      report_head();
    }
    if (now >= next_retention) {
      next_retention = now + kRetainEvery;
      sweep();
    }
    lock.lock();
  }
}

// Whatever is behind comes at once, but no more than a stop would wait for.
void AuditKeeper::seal() {
  try {
    for (int batch = 0; batch < 20; ++batch) {
      const auto outcome = sealer_.seal_once();
      sealed_.increment(static_cast<double>(outcome.sealed));
      latest_ = outcome.head;
      head_ = outcome.head.number;
      if (outcome.lost) {
        lost_.increment();
        log_.error("audit_history_lost", {{"seen_batch", outcome.lost->number}, {"found_batch", outcome.head.number}});
      }
      if (outcome.complete) break;
    }
    if (failing_) log_.info("audit_sealing_recovered");
    failing_ = false;
  } catch (const std::exception& failure) {
    failures_.increment();
    if (!failing_) log_.error("audit_sealing_failed", {{"what", failure.what()}});
    failing_ = true;
  }
}

void AuditKeeper::hear(const http::Failure& failure) {
  errors_.report({.error_id = failure.trace.trace_id_hex(),
                  .at = installation_.clock.now(),
                  .status = failure.status,
                  .route = std::string(failure.route),
                  .kind = std::string(failure.kind),
                  .detail = std::string(failure.detail)});
}

// What can't be written waits for the next second: it is when the database is away that most of it comes.
void AuditKeeper::write_errors() {
  auto reports = errors_.take();
  if (reports.empty()) return;
  try {
    installation_.database->write_blocking([&](db::Transaction& tx) {
      for (const auto& report : reports) audit::ErrorStore().insert(tx, report);
    });
  } catch (const std::exception& failure) {
    failures_.increment();
    errors_.put_back(std::move(reports));
  }
}

// What can't be written is tried again; meanwhile the book counts.
void AuditKeeper::record_denials() {
  if (denied_.empty()) {
    for (auto* book : denials_) {
      for (auto& event : book->take(installation_.clock.now())) denied_.push_back(std::move(event));
    }
  }
  if (denied_.empty()) return;
  try {
    installation_.database->write_blocking([this](db::Transaction& tx) {
      for (const auto& event : denied_) installation_.audit.record(tx, event);
    });
    denied_.clear();
  } catch (const std::exception& failure) {
    failures_.increment();
  }
}

void AuditKeeper::sweep_errors() {
  try {
    const auto before = installation_.clock.now() - installation_.settings.privacy.keep_errors;
    installation_.database->write_blocking([&](db::Transaction& tx) { audit::ErrorStore().sweep(tx, before); });
  } catch (const std::exception& failure) {
    failures_.increment();
    log_.error("audit_retention_failed", {{"what", failure.what()}});
  }
}

void AuditKeeper::report_head() {
  if (latest_ == reported_ || latest_.number == 0) return;
  log_.info("audit_head", {{"batch", latest_.number}, {"sha256", latest_.record_sha256}});
  reported_ = latest_;
}

void AuditKeeper::retain() {
  const auto keep = installation_.settings.audit.retention;
  if (keep == seconds(0)) return;
  try {
    identity::Retained done{.complete = false};
    while (!done.complete && !stopping()) {
      done = identity::remove_old_batches(*installation_.database, installation_.audit, installation_.audit_key, keep,
                                          installation_.clock.now());
    }
    if (done.refused) {
      refused_.increment();
      log_.error("audit_retention_refused", {{"remedy", "gatehouse audit verify"}});
    }
  } catch (const std::exception& failure) {
    failures_.increment();
    log_.error("audit_retention_failed", {{"what", failure.what()}});
  }
}

}  // namespace gatehouse::app
