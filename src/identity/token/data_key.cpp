#include "identity/token/data_key.hpp"

namespace gatehouse::identity {

std::string new_data_key_seed(base::Random& random) { return random.bytes(kDataKeySeedBytes); }

std::optional<crypto::SealingKey> derive_data_key(const base::Secret& account_kek, contract::AccountId account,
                                                  std::string_view seed) {
  if (seed.size() != kDataKeySeedBytes) return std::nullopt;
  // Both have a fixed length: no two pairs make the same text.
  return crypto::SealingKey::derive(account_kek, std::string("account.data_key/").append(account.bytes()).append(seed));
}

}  // namespace gatehouse::identity
