#include "identity/token/data_key.hpp"

namespace gatehouse::identity {
namespace {

std::string place_of(contract::AccountId account) { return "account.data_key_sealed/" + std::string(account.bytes()); }

}  // namespace

std::string seal_data_key(const crypto::SealingKey& account_kek, contract::AccountId account,
                          const crypto::SealingKey& data_key, base::Random& random) {
  return account_kek.seal(data_key.bytes().expose(), place_of(account), random);
}

std::optional<crypto::SealingKey> open_data_key(const crypto::SealingKey& account_kek, contract::AccountId account,
                                                std::string_view sealed) {
  const auto bytes = account_kek.open(sealed, place_of(account));
  if (!bytes) return std::nullopt;
  return crypto::SealingKey::from_bytes(*bytes);
}

}  // namespace gatehouse::identity
