#include "identity/webhook/endpoint_store.hpp"

#include <charconv>
#include <cstddef>

#include "platform/base/words.hpp"

namespace gatehouse::identity {
namespace {

using db::Blob;

constexpr std::string_view kEnabled = "enabled";
constexpr std::string_view kDisabled = "disabled";

std::string_view state_of(const Endpoint& endpoint) { return endpoint.enabled ? kEnabled : kDisabled; }

Endpoint read_endpoint(const db::Row& row) {
  Endpoint endpoint{.id = base::Uuid::from_bytes(row.blob(0)).value(),
                    .enabled = row.text(1) == kEnabled,
                    .types = base::split_words(row.text(2)),
                    .from_seq = row.integer(3),
                    .sealed = row.blob(4),
                    .created_at = base::from_unix_ms(row.integer(5))};
  if (!row.is_null(6)) endpoint.failing_since = base::from_unix_ms(row.integer(6));
  if (!row.is_null(7)) endpoint.last_failure = row.text(7);
  return endpoint;
}

std::int64_t parse_number(std::string_view text) {
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

}  // namespace

std::string Position::gaps_text() const {
  std::string text;
  for (const auto& [number, since] : gaps) {
    if (!text.empty()) text += ' ';
    text += std::to_string(number) + ":" + std::to_string(base::to_unix_ms(since));
  }
  return text;
}

Position Position::read(std::int64_t seq, std::string_view gaps) {
  Position position{.seq = seq};
  for (const auto& word : base::split_words(gaps)) {
    const auto colon = word.find(':');
    if (colon == std::string::npos) continue;
    const std::string_view text(word);
    position.gaps[parse_number(text.substr(0, colon))] = base::from_unix_ms(parse_number(text.substr(colon + 1)));
  }
  return position;
}

bool EndpointStore::insert(db::Transaction& tx, const Endpoint& endpoint) const {
  const auto there = tx.query_one("SELECT count(*) FROM webhook_endpoint", {},
                                  [](const db::Row& row) { return static_cast<std::size_t>(row.integer(0)); });
  if (there.value_or(0) >= kMaxEndpoints) return false;
  tx.execute(
      "INSERT INTO webhook_endpoint (id, state, types, from_seq, sealed, created_at) VALUES ($1, $2, $3, $4, $5, $6)",
      {Blob{endpoint.id.bytes()}, state_of(endpoint), base::join_words(endpoint.types), endpoint.from_seq,
       Blob{endpoint.sealed}, base::to_unix_ms(endpoint.created_at)});
  return true;
}

std::optional<Endpoint> EndpointStore::find(db::Transaction& tx, base::Uuid id) const {
  return tx.query_one(
      "SELECT id, state, types, from_seq, sealed, created_at, failing_since, last_failure FROM webhook_endpoint "
      "WHERE id = $1",
      {Blob{id.bytes()}}, read_endpoint);
}

std::vector<Endpoint> EndpointStore::list(db::Transaction& tx) const {
  std::vector<Endpoint> endpoints;
  tx.query(
      "SELECT id, state, types, from_seq, sealed, created_at, failing_since, last_failure FROM webhook_endpoint "
      "ORDER BY created_at, id",
      {}, [&](const db::Row& row) { endpoints.push_back(read_endpoint(row)); });
  return endpoints;
}

bool EndpointStore::update(db::Transaction& tx, const Endpoint& endpoint) const {
  return tx.execute(
             "UPDATE webhook_endpoint SET state = $2, types = $3, sealed = $4, "
             "failing_since = CASE WHEN $2 = 'enabled' AND state = 'disabled' THEN NULL ELSE failing_since END "
             "WHERE id = $1",
             {Blob{endpoint.id.bytes()}, state_of(endpoint), base::join_words(endpoint.types),
              Blob{endpoint.sealed}}) == 1;
}

bool EndpointStore::remove(db::Transaction& tx, base::Uuid id) const {
  return tx.execute("DELETE FROM webhook_endpoint WHERE id = $1", {Blob{id.bytes()}}) == 1;
}

void EndpointStore::note_success(db::Transaction& tx, base::Uuid id) const {
  tx.execute(
      "UPDATE webhook_endpoint SET failing_since = NULL, last_failure = NULL WHERE id = $1 AND failing_since IS NOT "
      "NULL",
      {Blob{id.bytes()}});
}

bool EndpointStore::note_failure(db::Transaction& tx, base::Uuid id, std::string_view reason, base::TimePoint now,
                                 base::TimePoint disable_since, bool disable_at_once) const {
  tx.execute(
      "UPDATE webhook_endpoint SET last_failure = $2, "
      "failing_since = CASE WHEN failing_since IS NULL THEN $3 ELSE failing_since END WHERE id = $1",
      {Blob{id.bytes()}, reason, base::to_unix_ms(now)});
  const auto latest = disable_at_once ? now : disable_since;
  return tx.execute(
             "UPDATE webhook_endpoint SET state = 'disabled' WHERE id = $1 AND state = 'enabled' AND failing_since <= "
             "$2",
             {Blob{id.bytes()}, base::to_unix_ms(latest)}) == 1;
}

Position EndpointStore::position(db::Transaction& tx) const {
  return tx
      .query_one("SELECT seq, gaps FROM webhook_position WHERE name = 'events'", {},
                 [](const db::Row& row) { return Position::read(row.integer(0), row.text(1)); })
      .value_or(Position());
}

bool EndpointStore::move(db::Transaction& tx, const Position& from, const Position& to) const {
  if (from == Position()) {  // no row yet
    return tx.execute(
               "INSERT INTO webhook_position (name, seq, gaps) VALUES ('events', $1, $2) ON CONFLICT (name) DO NOTHING",
               {to.seq, to.gaps_text()}) == 1;
  }
  return tx.execute("UPDATE webhook_position SET seq = $1, gaps = $2 WHERE name = 'events' AND seq = $3 AND gaps = $4",
                    {to.seq, to.gaps_text(), from.seq, from.gaps_text()}) == 1;
}

}  // namespace gatehouse::identity
