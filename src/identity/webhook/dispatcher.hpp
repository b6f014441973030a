#pragma once

#include <cstddef>

#include "identity/alert/alert_outbox.hpp"
#include "identity/webhook/endpoint_store.hpp"
#include "platform/base/clock.hpp"
#include "platform/db/database.hpp"
#include "platform/queue/job_store.hpp"

namespace gatehouse::identity {

// Follows the audit log and makes a job for each event and each endpoint that wants it, and its alerts. The jobs and
// the new position are one transaction: every event becomes jobs exactly once, whatever is killed and however many
// nodes follow.
//
// Events are read in a snapshot of their own, so that nothing that records one ever waits for, or loses against, this.
// On PostgreSQL a number is given before its event is committed: one that is missed is looked for again until it is
// older than any transaction may be. One thread at a time calls it; other nodes may run theirs.
class Dispatcher {
 public:
  static constexpr std::chrono::seconds kGapLifetime{60};
  static constexpr std::size_t kStep = 200;  // events a call

  // `alerts`: null where nobody is alerted. REQUIRES: all outlive it.
  Dispatcher(db::Database& database, const EndpointStore& endpoints, const queue::JobStore& jobs,
             const base::Clock& clock, AlertOutbox* alerts = nullptr)
      : database_(database), endpoints_(endpoints), jobs_(jobs), clock_(clock), alerts_(alerts) {}

  // Returns how many events it has dealt with: kStep says that there may be more. Throws base::Unavailable as Database
  // does.
  std::size_t step();

 private:
  struct Seen;
  [[nodiscard]] Seen look() const;
  [[nodiscard]] bool concerns_anybody(const Seen& seen) const;
  void add_jobs(db::Transaction& tx, const Seen& seen, const audit::RecordedEvent& event) const;

  db::Database& database_;
  const EndpointStore& endpoints_;
  const queue::JobStore& jobs_;
  const base::Clock& clock_;
  AlertOutbox* const alerts_;
};

}  // namespace gatehouse::identity
