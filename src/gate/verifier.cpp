#include "gate/verifier.hpp"

#include <algorithm>
#include <ranges>
#include <utility>

#include "gate/claims.hpp"

namespace gatehouse::gate {

Verifier::Verifier(const VerifierOptions& options, const base::Clock& clock)
    : options_(options),
      clock_(clock),
      keys_(std::make_shared<const crypto::KeySet>()),
      roles_(std::make_shared<const contract::RolePermissions>()),
      cache_(options.cache_entries) {}

base::Result<const CachedToken*, Reason> Verifier::recheck(CachedToken& known, base::TimePoint now) {
  // A feed that was not heard from lately may hold a revocation of this very token: no "yes" without it.
  if (!complete_as_of_ || clock_.steady_now() - *complete_as_of_ > options_.max_staleness) return Reason::feed_stale;
  if (now >= known.good_until) {
    cache_.erase(known);
    return Reason::expired;
  }
  if (is_revoked(known)) return Reason::revoked;
  return static_cast<const CachedToken*>(&known);
}

base::Result<const CachedToken*, Reason> Verifier::verify_anew(std::string_view token, base::TimePoint now) {
  const auto verified = crypto::verify_jwt(token, *keys_, options_.expected, now);
  if (!verified) return verified.error() == crypto::JwtError::expired ? Reason::expired : Reason::bad_token;
  auto entry = read_claims(token, *verified, options_.expected.leeway, knows_roles_ ? roles_.get() : nullptr);
  if (!entry) return Reason::bad_token;
  return recheck(cache_.insert(std::move(entry)), now);
}

bool Verifier::is_revoked(CachedToken& entry) const {
  // Nothing was revoked since it was last looked up: the usual case, and free however many rows there are.
  if (entry.checked_generation == revocations_.generation()) return false;
  if (revocations_.contains(entry.session) || revocations_.contains(entry.jti) || revocations_.contains(entry.key) ||
      revocations_.account_epoch_revoked(entry.account, entry.epoch)) {
    return true;
  }
  entry.checked_generation = revocations_.generation();
  return false;
}

void Verifier::feed_is_complete(base::SteadyPoint as_of) {
  as_of = std::min(as_of, clock_.steady_now());
  complete_as_of_ = complete_as_of_ ? std::max(*complete_as_of_, as_of) : as_of;
}

void Verifier::set_keys(std::shared_ptr<const crypto::KeySet> keys) {
  keys_ = std::move(keys);
  cache_.erase_if([this](const CachedToken& entry) { return keys_->find(entry.kid) == nullptr; });
}

void Verifier::set_roles(contract::RoleSnapshot roles) {
  const bool same_names = knows_roles_ && std::ranges::equal(std::views::keys(*roles_), std::views::keys(*roles));
  roles_ = std::move(roles);
  knows_roles_ = true;
  // What is remembered of a token names its roles: read anew where another name counts.
  if (!same_names) cache_.erase_if([](const CachedToken&) { return true; });
}

}  // namespace gatehouse::gate
