#pragma once

#include <boost/json/object.hpp>
#include <cstddef>
#include <string_view>
#include <vector>

#include "crypto/key_error.hpp"
#include "crypto/verification_key.hpp"
#include "platform/base/result.hpp"

namespace gatehouse::crypto {

// The keys that tokens may be signed with. Immutable, so safe on every thread; replaced as a whole when keys change.
class KeySet {
 public:
  KeySet() = default;  // no key: every token is refused

  // duplicate_kid when two keys share a name.
  [[nodiscard]] static base::Result<KeySet, KeyError> from_keys(std::vector<VerificationKey> keys);

  // The key of that name; null when the set has none. Valid as long as the set.
  [[nodiscard]] const VerificationKey* find(std::string_view kid) const noexcept;

  // See VerificationKey::prepare().
  void prepare() const {
    for (const auto& key : keys_) key.prepare();
  }

  // `{"keys": [...]}` (RFC 7517 section 5): public keys only. HS256 keys are left out, as they have no public part.
  [[nodiscard]] boost::json::object to_jwks() const;

  [[nodiscard]] std::size_t size() const noexcept { return keys_.size(); }
  [[nodiscard]] const std::vector<VerificationKey>& keys() const noexcept { return keys_; }

 private:
  std::vector<VerificationKey> keys_;  // a handful: a linear search beats a map
};

}  // namespace gatehouse::crypto
