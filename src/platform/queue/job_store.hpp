#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "platform/base/clock.hpp"
#include "platform/base/random.hpp"
#include "platform/base/uuid.hpp"
#include "platform/db/transaction.hpp"
#include "platform/queue/bell.hpp"
#include "platform/queue/job.hpp"

namespace gatehouse::queue {

// The table `job`. Works inside the caller's transaction; thread-safe. REQUIRES: clock and random outlive it.
class JobStore {
 public:
  static constexpr std::int64_t kMostCounted = 100'000;

  JobStore(const base::Clock& clock, base::Random& random) : clock_(clock), random_(random) {}

  // Part of the transaction that causes it: either both happen or neither. Wakes this process's worker of the queue.
  // REQUIRES: the payload has at most kMaxPayloadBytes.
  void add(db::Transaction& tx, const NewJob& job) const;

  // For a job that an answer must not tell of: a moment between 50 ms and this from now, at random. Done at once, its
  // work would take the processor from the answer that is still on its way (docs/adr/0061).
  static constexpr std::chrono::milliseconds kAfterTheAnswer{250};
  [[nodiscard]] base::TimePoint after_the_answer() const;

  // What is due, the longest first, but in the lanes `without`. Reads only: for a snapshot, so that it locks nothing
  // that others add to.
  [[nodiscard]] std::vector<DueJob> due(db::Transaction& tx, std::string_view queue, std::size_t limit,
                                        std::span<const std::string> without = {}) const;
  // The atomic step: of all who try, one takes the job, and its attempt is counted. Until `lease_ends` it is nobody
  // else's; a worker that is killed leaves it to the next one then. Nothing: no longer due, or gone.
  [[nodiscard]] std::optional<Job> take(db::Transaction& tx, base::Uuid id, base::TimePoint lease_ends) const;

  // How it ended. False: the lease had run out and the job is another's by now; nothing was changed. `reason`: a
  // literal.
  [[nodiscard]] bool done(db::Transaction& tx, const Job& job) const;
  [[nodiscard]] bool retry_later(db::Transaction& tx, const Job& job, base::TimePoint due,
                                 std::string_view reason) const;
  [[nodiscard]] bool bury(db::Transaction& tx, const Job& job, std::string_view reason) const;

  // Newest death first; behind `after`, if given, which is the last of the page before.
  [[nodiscard]] std::vector<DeadJob> dead(db::Transaction& tx, std::string_view queue, std::optional<base::Uuid> after,
                                          std::size_t limit) const;
  // Due at once, with all attempts before it. False: no dead job of that id in this queue.
  [[nodiscard]] bool revive(db::Transaction& tx, std::string_view queue, base::Uuid id) const;
  // Removes at most `limit` of the dead: those that died before `before`, and those beyond the newest `keep`. Returns
  // how many.
  std::size_t sweep_dead(db::Transaction& tx, std::string_view queue, base::TimePoint before, std::size_t keep,
                         std::size_t limit) const;

  // Of every queue, waiting and dead, in the order of ids behind `after`, at most `limit`: for whoever looks for what a
  // payload names. Reads only: for a snapshot.
  [[nodiscard]] std::vector<JobPayload> payloads(db::Transaction& tx, std::optional<base::Uuid> after,
                                                 std::size_t limit) const;
  // Whatever its state; who has it by lease finds it gone. False: it was gone before.
  [[nodiscard]] bool remove(db::Transaction& tx, base::Uuid id) const;

  [[nodiscard]] QueueDepth depth(db::Transaction& tx, std::string_view queue) const;

  [[nodiscard]] Bell& bell() const noexcept { return bell_; }

 private:
  const base::Clock& clock_;
  base::Random& random_;
  mutable Bell bell_;
};

}  // namespace gatehouse::queue
