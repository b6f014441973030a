#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "identity/alert/alert.hpp"
#include "platform/audit/log.hpp"
#include "platform/base/clock.hpp"
#include "platform/limits/rate_limiter.hpp"
#include "platform/queue/job_store.hpp"

namespace gatehouse::identity {

inline constexpr std::string_view kAlertQueue = "alert";

// Where an alert goes. Kinds of the queue's jobs.
inline constexpr std::string_view kAlertWebhook = "webhook";
inline constexpr std::string_view kAlertSlack = "slack";
inline constexpr std::string_view kAlertEmail = "email";

struct AlertOutboxOptions {
  std::vector<std::string_view> kinds{};  // what is configured; empty: nobody is told
  std::vector<std::string> privileged{};  // roles that manage accounts
  // Of one type of event, by each process: an attack of thousands of addresses is a few alerts, and a number in the
  // next.
  limits::Rate rate{.burst = 5, .per_second = 1.0 / 600};
};

// Adds an alert to the queue in the transaction that records its event. Thread-safe.
class AlertOutbox final : public audit::Watcher {
 public:
  // REQUIRES: jobs and clock outlive it.
  AlertOutbox(AlertOutboxOptions options, const queue::JobStore& jobs, const base::Clock& clock);

  void recorded(db::Transaction& tx, const audit::Event& event, base::TimePoint at) const override;

 private:
  const AlertOutboxOptions options_;
  const queue::JobStore& jobs_;
  mutable limits::RateLimiter limiter_;
  mutable std::mutex mutex_;
  mutable std::map<std::string, std::uint32_t, std::less<>> held_back_;  // by type; guarded by mutex_
};

}  // namespace gatehouse::identity
