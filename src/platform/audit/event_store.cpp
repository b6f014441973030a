#include "platform/audit/event_store.hpp"

#include <array>
#include <cstdlib>
#include <string>

namespace gatehouse::audit {
namespace {

using db::Blob;

#define GATEHOUSE_AUDIT_COLUMNS "SELECT seq, at, actor, subject, type, fields FROM audit_event "
// What holds in each text below; all of them use every parameter, so that one list serves all.
#define GATEHOUSE_AUDIT_FILTER                                                                       \
  "WHERE seq < $1 AND at >= $2 AND at < $3 AND ($5 = 0 OR subject = $6) AND ($7 = 0 OR actor = $8) " \
  "AND ($9 = 0 OR type IN " GATEHOUSE_AUDIT_TYPES ") "
#define GATEHOUSE_AUDIT_TYPES                                                                                       \
  "($10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, " \
  "$32, $33)"
#define GATEHOUSE_AUDIT_NEWEST "ORDER BY seq DESC LIMIT $4"

// An index serves a condition that counts in any case, so the narrowest one that was given is said once more.
constexpr const char* kOfSubject =
    GATEHOUSE_AUDIT_COLUMNS GATEHOUSE_AUDIT_FILTER "AND subject = $6 " GATEHOUSE_AUDIT_NEWEST;
constexpr const char* kOfActor =
    GATEHOUSE_AUDIT_COLUMNS GATEHOUSE_AUDIT_FILTER "AND actor = $8 " GATEHOUSE_AUDIT_NEWEST;
constexpr const char* kOfTypes =
    GATEHOUSE_AUDIT_COLUMNS GATEHOUSE_AUDIT_FILTER "AND type IN " GATEHOUSE_AUDIT_TYPES " " GATEHOUSE_AUDIT_NEWEST;
constexpr const char* kOfAll = GATEHOUSE_AUDIT_COLUMNS GATEHOUSE_AUDIT_FILTER GATEHOUSE_AUDIT_NEWEST;

const char* sql_for(const EventFilter& filter) {
  if (filter.subject) return kOfSubject;
  if (filter.actor) return kOfActor;
  return filter.types.empty() ? kOfAll : kOfTypes;
}

std::optional<base::Uuid> id_of(const db::Row& row, int column) {
  if (row.is_null(column)) return std::nullopt;
  return base::Uuid::from_bytes(row.blob(column));
}

RecordedEvent read_event(const db::Row& row) {
  return {.seq = row.integer(0),
          .at = base::from_unix_ms(row.integer(1)),
          .type = row.text(4),
          .actor = id_of(row, 2),
          .subject = id_of(row, 3),
          .fields = row.text(5)};
}

std::array<std::string_view, EventFilter::kMaxTypes> padded(std::span<const std::string_view> types) {
  if (types.size() > EventFilter::kMaxTypes) std::abort();
  std::array<std::string_view, EventFilter::kMaxTypes> all{};
  for (std::size_t i = 0; i < types.size(); ++i) all[i] = types[i];
  return all;
}

std::int64_t counts(bool given) { return given ? 1 : 0; }

}  // namespace

std::vector<RecordedEvent> EventStore::page(db::Transaction& tx, const EventFilter& filter) const {
  std::vector<RecordedEvent> events;
  const base::Uuid subject = filter.subject.value_or(base::Uuid());
  const base::Uuid actor = filter.actor.value_or(base::Uuid());
  const auto t = padded(filter.types);
  tx.query(sql_for(filter),
           {filter.before_seq,
            base::to_unix_ms(filter.from),
            base::to_unix_ms(filter.until),
            static_cast<std::int64_t>(filter.limit),
            counts(filter.subject.has_value()),
            Blob{subject.bytes()},
            counts(filter.actor.has_value()),
            Blob{actor.bytes()},
            counts(!filter.types.empty()),
            t[0],
            t[1],
            t[2],
            t[3],
            t[4],
            t[5],
            t[6],
            t[7],
            t[8],
            t[9],
            t[10],
            t[11],
            t[12],
            t[13],
            t[14],
            t[15],
            t[16],
            t[17],
            t[18],
            t[19],
            t[20],
            t[21],
            t[22],
            t[23]},
           [&](const db::Row& row) { events.push_back(read_event(row)); });
  return events;
}

std::vector<RecordedEvent> EventStore::range(db::Transaction& tx, std::int64_t first, std::int64_t last,
                                             std::size_t limit) const {
  std::vector<RecordedEvent> events;
  tx.query(GATEHOUSE_AUDIT_COLUMNS "WHERE seq BETWEEN $1 AND $2 ORDER BY seq LIMIT $3",
           {first, last, static_cast<std::int64_t>(limit)},
           [&](const db::Row& row) { events.push_back(read_event(row)); });
  return events;
}

std::vector<std::int64_t> EventStore::numbers(db::Transaction& tx, std::int64_t first, std::int64_t last) const {
  std::vector<std::int64_t> found;
  tx.query("SELECT seq FROM audit_event WHERE seq BETWEEN $1 AND $2 ORDER BY seq", {first, last},
           [&](const db::Row& row) { found.push_back(row.integer(0)); });
  return found;
}

std::size_t EventStore::remove(db::Transaction& tx, std::int64_t first, std::int64_t last) const {
  return static_cast<std::size_t>(tx.execute("DELETE FROM audit_event WHERE seq BETWEEN $1 AND $2", {first, last}));
}

}  // namespace gatehouse::audit
