#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <utility>
#include <vector>

#include "crypto/signing_key.hpp"
#include "identity/audit/batch.hpp"
#include "identity/audit/batch_store.hpp"
#include "identity/audit/head_file.hpp"
#include "platform/audit/event_store.hpp"
#include "platform/audit/log.hpp"
#include "platform/base/clock.hpp"
#include "platform/db/database.hpp"

namespace gatehouse::identity {

// Seals what has been committed. Any number of nodes may each run one: a batch's number is given once. Writers notice
// nothing: events are read from a snapshot, and no row that a writer touches is written.
//
// PostgreSQL numbers an event before its transaction commits, so numbers appear out of order (as in the revocation log,
// ADR 20). A batch names the numbers it holds; those that were skipped are asked for again for kLateWindow, and what
// has appeared among them goes into the next batch. What appears later than that is in no batch, ever, and `audit
// verify` says so: no transaction of ours lives that long.
//
// For one thread.
class Sealer {
 public:
  static constexpr std::chrono::minutes kLateWindow{10};

  struct Parts {  // all outlive the sealer
    db::Database& database;
    const audit::Log& log;
    const crypto::SigningKey& key;
    const base::Clock& clock;
  };
  Sealer(Parts parts, HeadFile head) : parts_(parts), file_(std::move(head)) {}

  struct Outcome {
    std::size_t sealed = 0;  // events, by this node
    bool complete = true;    // false: there may be more; call again at once
    // The chain does not hold what this node had seen at its end: an older database was put in place, or batches were
    // taken away. Recorded as an event; told once.
    std::optional<ChainHead> lost{};
    ChainHead head{};
  };
  // At most one batch. Throws base::Unavailable.
  Outcome seal_once();

 private:
  struct Known {
    base::TimePoint sealed_at;
    std::int64_t last_seq;
    SeqRanges events;
  };
  enum class Place { known, gone, lost };  // of a head, in the chain that the database holds
  struct News;

  [[nodiscard]] bool start(Outcome& outcome);
  [[nodiscard]] Place place_of(db::Transaction& tx, const ChainHead& head) const;
  [[nodiscard]] std::int64_t last_seq_through(db::Transaction& tx, const std::optional<StoredBatch>& batch) const;
  [[nodiscard]] News look(db::Transaction& tx) const;
  [[nodiscard]] std::vector<EventLine> collect(db::Transaction& tx) const;
  void add_late_ones(db::Transaction& tx, std::vector<EventLine>& events) const;
  [[nodiscard]] SeqRanges gaps() const;
  void take_over(const StoredBatch& batch);
  void forget_old();
  void note_loss(const ChainHead& seen, Outcome& outcome);
  [[nodiscard]] bool seal(const std::vector<EventLine>& events);

  Parts parts_;
  HeadFile file_;
  audit::EventStore events_;
  BatchStore batches_;
  bool started_ = false;
  ChainHead head_;              // of the last batch taken over
  std::int64_t last_seq_ = 0;   // the highest number in it and those before, by their records
  std::int64_t floor_ = 0;      // numbers up to here are not asked for any more
  std::deque<Known> recent_{};  // sealed within kLateWindow
};

}  // namespace gatehouse::identity
