#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "contract/principal.hpp"
#include "gate/revocation_set.hpp"
#include "platform/base/clock.hpp"

namespace gatehouse::gate {

// A token whose signature and claims were found good, with all that a check needs. Whether it has expired or was
// revoked since is asked anew each time.
struct CachedToken {
  std::string token;  // compared whole: the place in the table proves nothing
  std::string kid;
  std::shared_ptr<const contract::Principal> principal;
  std::string headers;  // the identity headers of the answer, ready to be copied
  base::TimePoint good_until;
  std::int64_t epoch = 0;
  RevocationSet::Fingerprint session = 0;
  RevocationSet::Fingerprint account = 0;
  RevocationSet::Fingerprint jti = 0;
  RevocationSet::Fingerprint key = 0;
  std::uint64_t checked_generation = 0;  // of the revocation set when it was last found not revoked
};

// The good tokens seen lately, in sets of four places chosen by a keyed hash of the token's end (its signature, which
// no one can choose). A newcomer takes the place that was not used for longest. Bad tokens are not kept: they would let
// anyone wash out the good ones. Not thread-safe: belongs to its loop.
class TokenCache {
 public:
  // Rounded up to a power of two. Empty places cost 16 bytes; a taken one about a kilobyte.
  explicit TokenCache(std::size_t entries);

  // Null when it is not there. Valid until the next insert or erase.
  [[nodiscard]] CachedToken* find(std::string_view token);
  CachedToken& insert(std::unique_ptr<CachedToken> entry);
  void erase(const CachedToken& entry);  // which find or insert gave

  template <class Predicate>
  void erase_if(Predicate predicate) {
    for (auto& place : places_) {
      if (place.entry && predicate(*place.entry)) place = {};
    }
  }

 private:
  static constexpr std::size_t kWays = 4;
  struct Place {
    std::unique_ptr<CachedToken> entry;
    std::uint64_t last_used = 0;
  };
  [[nodiscard]] std::size_t first_place(std::string_view token) const;

  std::vector<Place> places_;
  std::uint64_t uses_ = 0;
};

}  // namespace gatehouse::gate
