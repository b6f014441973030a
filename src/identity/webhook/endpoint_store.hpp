#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "identity/webhook/endpoint.hpp"
#include "platform/base/clock.hpp"
#include "platform/db/transaction.hpp"

namespace gatehouse::identity {

// How far into the audit log the telling has come. Numbers are given before the commit: one that is missed may still
// appear, so each is remembered with the time when it was first missed.
struct Position {
  std::int64_t seq = 0;
  std::map<std::int64_t, base::TimePoint> gaps{};

  [[nodiscard]] std::string gaps_text() const;
  [[nodiscard]] static Position read(std::int64_t seq, std::string_view gaps);
  friend bool operator==(const Position&, const Position&) = default;
};

// The tables `webhook_endpoint` and `webhook_position`. Works inside the caller's transaction; stateless, thread-safe.
class EndpointStore {
 public:
  // False: there are kMaxEndpoints already.
  [[nodiscard]] bool insert(db::Transaction& tx, const Endpoint& endpoint) const;
  [[nodiscard]] std::optional<Endpoint> find(db::Transaction& tx, base::Uuid id) const;
  // In the order of their making.
  [[nodiscard]] std::vector<Endpoint> list(db::Transaction& tx) const;
  // Writes state, types and sealed; an endpoint that is enabled again begins without failures. False: it is gone.
  [[nodiscard]] bool update(db::Transaction& tx, const Endpoint& endpoint) const;
  [[nodiscard]] bool remove(db::Transaction& tx, base::Uuid id) const;

  void note_success(db::Transaction& tx, base::Uuid id) const;
  // The atomic step: the first failure after a success says since when; true when that made it so long that the
  // endpoint was switched off by this call. `disable_at_once`: it said that it is gone.
  [[nodiscard]] bool note_failure(db::Transaction& tx, base::Uuid id, std::string_view reason, base::TimePoint now,
                                  base::TimePoint disable_since, bool disable_at_once) const;

  // Position() before the first move.
  [[nodiscard]] Position position(db::Transaction& tx) const;
  // The atomic step of the dispatcher: of all that start from the same position, one moves it.
  [[nodiscard]] bool move(db::Transaction& tx, const Position& from, const Position& to) const;
};

}  // namespace gatehouse::identity
