#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "identity/alert/alert.hpp"
#include "platform/audit/event.hpp"
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
  std::vector<std::string_view> kinds{};                   // what is configured; empty: nobody is told
  std::function<std::vector<std::string>()> privileged{};  // roles that manage accounts, at the time
  // Of one type of event, by each process: an attack of thousands of addresses is a few alerts, and a number in the
  // next.
  limits::Rate rate{.burst = 5, .per_second = 1.0 / 600};
};

// Makes jobs of the events that are told at once. One thread: that which follows the audit log.
class AlertOutbox {
 public:
  // REQUIRES: jobs and clock outlive it.
  AlertOutbox(AlertOutboxOptions options, const queue::JobStore& jobs, const base::Clock& clock);

  // Is anybody told anything?
  [[nodiscard]] bool listens() const noexcept { return !options_.kinds.empty(); }
  [[nodiscard]] bool wants(const audit::RecordedEvent& event) const;

  // How much was told of each type. A transaction may run again, or fail: each attempt counts in a copy of its own, and
  // what one that was committed has counted is what counts.
  struct Told {
    base::SteadyPoint full_at{};  // when all of the burst is back
    std::uint32_t held_back = 0;
  };
  using Counts = std::map<std::string, Told, std::less<>>;
  [[nodiscard]] const Counts& counts() const noexcept { return counts_; }
  void committed(Counts counts) { counts_ = std::move(counts); }

  // In the transaction that notes how far the log was followed: an alert is as sure as its event. Does nothing for an
  // event that nobody wants.
  void add(db::Transaction& tx, const audit::RecordedEvent& event, Counts& counts) const;

 private:
  const AlertOutboxOptions options_;
  const queue::JobStore& jobs_;
  const base::Clock& clock_;
  Counts counts_;
};

}  // namespace gatehouse::identity
