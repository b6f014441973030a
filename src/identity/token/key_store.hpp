#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/base/clock.hpp"
#include "platform/db/transaction.hpp"

namespace gatehouse::identity {

// next: published, signs nothing yet. current: signs. previous: verifies until the last token it signed has expired.
// revoked: neither, and every token it signed is void.
enum class KeyState { next, current, previous, revoked };
[[nodiscard]] const char* to_string(KeyState state);

// A signing key as it lies in the database.
struct KeyRecord {
  std::string kid;
  std::string algorithm;  // crypto::to_string of it
  KeyState state = KeyState::next;
  std::string public_jwk;      // JSON; empty for HS256
  std::string private_sealed;  // under the master key, bound to the kid
  base::TimePoint created_at;
  std::optional<base::TimePoint> activated_at{};  // when it became current
  std::optional<base::TimePoint> verify_until{};  // of a previous or revoked key: until when a token of it may exist
};

// The table `signing_key`. The database holds that there is at most one `next` and one `current`: whoever would make a
// second gets db::UniqueViolation. Works inside the caller's transaction; thread-safe.
class KeyStore {
 public:
  [[nodiscard]] std::vector<KeyRecord> list(db::Transaction& tx) const;  // oldest first
  void insert(db::Transaction& tx, const KeyRecord& key) const;
  // next → current. False: there is no such next key.
  [[nodiscard]] bool activate(db::Transaction& tx, std::string_view kid, base::TimePoint now) const;
  // current → previous. False: there is no such current key.
  [[nodiscard]] bool retire(db::Transaction& tx, std::string_view kid, base::TimePoint verify_until) const;
  // Any state but revoked → revoked. False: unknown, or revoked before.
  [[nodiscard]] bool revoke(db::Transaction& tx, std::string_view kid, base::TimePoint keep_until) const;
  // Removes a next key, which has signed nothing.
  void discard_next(db::Transaction& tx, std::string_view kid) const;
  // Removes previous and revoked keys of which no token can be valid any more; returns how many.
  std::size_t prune(db::Transaction& tx, base::TimePoint now) const;
};

}  // namespace gatehouse::identity
