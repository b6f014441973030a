#include "crypto/key_set.hpp"

#include <boost/json/array.hpp>
#include <utility>

namespace gatehouse::crypto {

base::Result<KeySet, KeyError> KeySet::from_keys(std::vector<VerificationKey> keys) {
  KeySet set;
  set.keys_.reserve(keys.size());
  for (auto& key : keys) {
    if (set.find(key.kid()) != nullptr) return KeyError::duplicate_kid;
    set.keys_.push_back(std::move(key));
  }
  return set;
}

const VerificationKey* KeySet::find(std::string_view kid) const noexcept {
  for (const auto& key : keys_) {
    if (key.kid() == kid) return &key;
  }
  return nullptr;
}

boost::json::object KeySet::to_jwks() const {
  boost::json::array list;
  for (const auto& key : keys_) {
    auto jwk = key.public_jwk();
    if (!jwk.empty()) list.push_back(std::move(jwk));
  }
  return {{"keys", std::move(list)}};
}

}  // namespace gatehouse::crypto
