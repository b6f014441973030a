#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string_view>

#include "contract/permission.hpp"
#include "contract/principal.hpp"
#include "crypto/jwt.hpp"
#include "gate/reason.hpp"
#include "gate/revocation_set.hpp"
#include "gate/token_cache.hpp"
#include "platform/base/clock.hpp"
#include "platform/base/result.hpp"

namespace gatehouse::gate {

struct VerifierOptions {
  crypto::JwtExpectations expected{};
  std::chrono::milliseconds max_staleness{5'000};  // of the revocation feed
  std::size_t cache_entries = 16'384;
};

// Turns an access token into a principal: signature and claims (remembered), expiry and revocation (asked each time).
// Not thread-safe: one a loop, used on its thread alone.
class Verifier {
 public:
  // REQUIRES: the clock outlives it.
  Verifier(const VerifierOptions& options, const base::Clock& clock);

  // Errors: bad_token, expired, revoked, feed_stale. The entry is valid until the next call of a non-const member.
  // `now` is the clock's, read once for the whole check.
  [[nodiscard]] base::Result<const CachedToken*, Reason> verify(std::string_view token, base::TimePoint now) {
    CachedToken* const known = recall(token);
    return known != nullptr ? recheck(*known, now) : verify_anew(token, now);
  }

  // The two halves of verify(), for whoever limits the second: it checks a signature, which an attacker must not get
  // for nothing. Null: the token was not seen lately.
  [[nodiscard]] CachedToken* recall(std::string_view token) { return cache_.find(token); }
  [[nodiscard]] base::Result<const CachedToken*, Reason> recheck(CachedToken& known, base::TimePoint now);
  [[nodiscard]] base::Result<const CachedToken*, Reason> verify_anew(std::string_view token, base::TimePoint now);

  void set_keys(std::shared_ptr<const crypto::KeySet> keys);
  // Those in force. A role that is not among them is nobody's, whatever a token says. Before the first call there are
  // none that would grant anything, and names pass as tokens say them.
  void set_roles(contract::RoleSnapshot roles);
  [[nodiscard]] const contract::RolePermissions& roles() const noexcept { return *roles_; }
  void apply(const contract::Revocation& row) { revocations_.apply(row); }
  // Whatever was acknowledged as ended before `as_of` has been applied. Never moves back, never past now. On the steady
  // clock: setting the wall clock makes nothing fresh and nothing stale.
  void feed_is_complete(base::SteadyPoint as_of);
  void feed_is_fresh() { feed_is_complete(clock_.steady_now()); }
  // A token passes until its expiry plus the leeway, so that what revokes it must stay as long.
  void sweep_step() { revocations_.sweep_step(clock_.now() - options_.expected.leeway); }

  [[nodiscard]] std::size_t revocation_count() const noexcept { return revocations_.size(); }

 private:
  [[nodiscard]] bool is_revoked(CachedToken& entry) const;

  const VerifierOptions options_;
  const base::Clock& clock_;
  std::shared_ptr<const crypto::KeySet> keys_;
  contract::RoleSnapshot roles_;
  bool knows_roles_ = false;
  RevocationSet revocations_;
  TokenCache cache_;
  std::optional<base::SteadyPoint> complete_as_of_;  // never, until the log was loaded
};

}  // namespace gatehouse::gate
