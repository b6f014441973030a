#include "platform/queue/job_store.hpp"

#include <chrono>
#include <cstdlib>
#include <string>

namespace gatehouse::queue {
namespace {

using db::Blob;

base::Uuid uuid(const db::Row& row, int column) { return base::Uuid::from_bytes(row.blob(column)).value(); }
base::TimePoint time(const db::Row& row, int column) { return base::from_unix_ms(row.integer(column)); }

DeadJob read_dead(const db::Row& row) {
  return {.id = uuid(row, 0),
          .kind = row.text(1),
          .payload = row.text(2),
          .attempts = static_cast<unsigned>(row.integer(3)),
          .created_at = time(row, 4),
          .died_at = time(row, 5),
          .reason = row.is_null(6) ? std::string() : row.text(6)};
}

std::uint64_t count(db::Transaction& tx, std::string_view sql, std::string_view queue) {
  const auto found =
      tx.query_one(sql, {queue, JobStore::kMostCounted}, [](const db::Row& row) { return row.integer(0); });
  return static_cast<std::uint64_t>(found.value_or(0));
}

}  // namespace

void JobStore::add(db::Transaction& tx, const NewJob& job) const {
  if (job.payload.size() > kMaxPayloadBytes) std::abort();
  tx.execute(
      "INSERT INTO job (id, queue, kind, payload, state, attempts, due_at, created_at, lane) "
      "VALUES ($1, $2, $3, $4, 'waiting', 0, $5, $6, $7)",
      {Blob{base::Uuid::v7(clock_, random_).bytes()}, job.queue, job.kind, job.payload, base::to_unix_ms(job.due),
       base::to_unix_ms(clock_.now()), job.lane});
  bell_.ring(job.queue);
}

base::TimePoint JobStore::after_the_answer() const {
  constexpr std::chrono::milliseconds kSoonest{50};
  const auto drawn = static_cast<unsigned char>(random_.bytes(1).front());
  return clock_.now() + kSoonest + (kAfterTheAnswer - kSoonest) * drawn / 255;
}

std::vector<DueJob> JobStore::due(db::Transaction& tx, std::string_view queue, std::size_t limit,
                                  std::span<const std::string> without) const {
  std::string lanes;  // `,a,b,`: one text, whatever their number, and so one statement
  for (const auto& lane : without) lanes.append(lanes.empty() ? "," : "").append(lane).append(",");
  std::vector<DueJob> jobs;
  tx.query(
      "SELECT id, lane FROM job WHERE queue = $1 AND state = 'waiting' AND due_at <= $2 "
      "AND $4 NOT LIKE '%,' || lane || ',%' ORDER BY due_at LIMIT $3",
      {queue, base::to_unix_ms(clock_.now()), static_cast<std::int64_t>(limit), lanes},
      [&](const db::Row& row) { jobs.push_back({.id = uuid(row, 0), .lane = row.text(1)}); });
  return jobs;
}

std::optional<Job> JobStore::take(db::Transaction& tx, base::Uuid id, base::TimePoint lease_ends) const {
  const auto lease = base::Uuid::random(random_);
  return tx.query_one(
      "UPDATE job SET lease = $2, due_at = $3, attempts = attempts + 1 "
      "WHERE id = $1 AND state = 'waiting' AND due_at <= $4 RETURNING queue, kind, payload, attempts, created_at, "
      "lane",
      {Blob{id.bytes()}, Blob{lease.bytes()}, base::to_unix_ms(lease_ends), base::to_unix_ms(clock_.now())},
      [&](const db::Row& row) {
        return Job{.id = id,
                   .lease = lease,
                   .queue = row.text(0),
                   .kind = row.text(1),
                   .lane = row.text(5),
                   .payload = row.text(2),
                   .attempts = static_cast<unsigned>(row.integer(3)),
                   .created_at = time(row, 4)};
      });
}

bool JobStore::done(db::Transaction& tx, const Job& job) const {
  return tx.execute("DELETE FROM job WHERE id = $1 AND lease = $2", {Blob{job.id.bytes()}, Blob{job.lease.bytes()}}) ==
         1;
}

bool JobStore::retry_later(db::Transaction& tx, const Job& job, base::TimePoint due, std::string_view reason) const {
  return tx.execute("UPDATE job SET lease = NULL, due_at = $3, reason = $4 WHERE id = $1 AND lease = $2",
                    {Blob{job.id.bytes()}, Blob{job.lease.bytes()}, base::to_unix_ms(due), reason}) == 1;
}

bool JobStore::bury(db::Transaction& tx, const Job& job, std::string_view reason) const {
  return tx.execute(
             "UPDATE job SET state = 'dead', lease = NULL, due_at = $3, reason = $4 WHERE id = $1 AND lease = $2",
             {Blob{job.id.bytes()}, Blob{job.lease.bytes()}, base::to_unix_ms(clock_.now()), reason}) == 1;
}

std::vector<DeadJob> JobStore::dead(db::Transaction& tx, std::string_view queue, std::optional<base::Uuid> after,
                                    std::size_t limit) const {
  std::vector<DeadJob> jobs;
  const auto collect = [&](const db::Row& row) { jobs.push_back(read_dead(row)); };
  if (!after) {
    tx.query(
        "SELECT id, kind, payload, attempts, created_at, due_at, reason FROM job WHERE queue = $1 AND state = 'dead' "
        "ORDER BY due_at DESC, id DESC LIMIT $2",
        {queue, static_cast<std::int64_t>(limit)}, collect);
    return jobs;
  }
  // One that was revived meanwhile has a time all the same: that of its last death or attempt.
  tx.query(
      "SELECT id, kind, payload, attempts, created_at, due_at, reason FROM job WHERE queue = $1 AND state = 'dead' "
      "AND (due_at, id) < (SELECT due_at, id FROM job WHERE id = $3) ORDER BY due_at DESC, id DESC LIMIT $2",
      {queue, static_cast<std::int64_t>(limit), Blob{after->bytes()}}, collect);
  return jobs;
}

bool JobStore::revive(db::Transaction& tx, std::string_view queue, base::Uuid id) const {
  const auto revived = tx.execute(
      "UPDATE job SET state = 'waiting', attempts = 0, due_at = $3 WHERE id = $1 AND queue = $2 AND state = 'dead'",
      {Blob{id.bytes()}, queue, base::to_unix_ms(clock_.now())});
  if (revived == 1) bell_.ring(queue);
  return revived == 1;
}

std::size_t JobStore::sweep_dead(db::Transaction& tx, std::string_view queue, base::TimePoint before, std::size_t keep,
                                 std::size_t limit) const {
  if (!tx.try_lock("job sweep")) return 0;
  const auto most = static_cast<std::int64_t>(limit);
  auto removed = tx.execute(
      "DELETE FROM job WHERE id IN (SELECT id FROM job WHERE queue = $1 AND state = 'dead' AND due_at < $2 "
      "ORDER BY due_at LIMIT $3)",
      {queue, base::to_unix_ms(before), most});
  removed += tx.execute(
      "DELETE FROM job WHERE id IN (SELECT id FROM job WHERE queue = $1 AND state = 'dead' "
      "ORDER BY due_at DESC LIMIT $3 OFFSET $2)",
      {queue, static_cast<std::int64_t>(keep), most - removed});
  return static_cast<std::size_t>(removed);
}

std::vector<JobPayload> JobStore::payloads(db::Transaction& tx, std::optional<base::Uuid> after,
                                           std::size_t limit) const {
  std::vector<JobPayload> jobs;
  tx.query("SELECT id, payload FROM job WHERE id > $1 ORDER BY id LIMIT $2",
           {Blob{after.value_or(base::Uuid()).bytes()}, static_cast<std::int64_t>(limit)},
           [&](const db::Row& row) { jobs.push_back({.id = uuid(row, 0), .payload = row.text(1)}); });
  return jobs;
}

bool JobStore::remove(db::Transaction& tx, base::Uuid id) const {
  return tx.execute("DELETE FROM job WHERE id = $1", {Blob{id.bytes()}}) == 1;
}

QueueDepth JobStore::depth(db::Transaction& tx, std::string_view queue) const {
  QueueDepth depth;
  depth.leased = count(tx,
                       "SELECT count(*) FROM (SELECT 1 FROM job WHERE queue = $1 AND state = 'waiting' "
                       "AND lease IS NOT NULL LIMIT $2) AS found",
                       queue);
  depth.waiting = count(tx,
                        "SELECT count(*) FROM (SELECT 1 FROM job WHERE queue = $1 AND state = 'waiting' "
                        "AND lease IS NULL LIMIT $2) AS found",
                        queue);
  depth.dead = count(
      tx, "SELECT count(*) FROM (SELECT 1 FROM job WHERE queue = $1 AND state = 'dead' LIMIT $2) AS found", queue);
  // The soonest due first, by the index, and of no more than are counted: what is for later comes last, and of so many
  // that are late it makes no difference which is seen.
  const auto oldest = tx.query_one(
      "SELECT min(CASE WHEN attempts = 0 THEN due_at ELSE created_at END) FROM (SELECT attempts, due_at, created_at "
      "FROM job WHERE queue = $1 AND state = 'waiting' ORDER BY due_at LIMIT $3) AS soonest "
      "WHERE attempts > 0 OR due_at <= $2",
      {queue, base::to_unix_ms(clock_.now()), kMostCounted},
      [](const db::Row& row) { return row.is_null(0) ? std::nullopt : std::optional(time(row, 0)); });
  depth.waits_since = oldest.value_or(std::nullopt);
  return depth;
}

}  // namespace gatehouse::queue
