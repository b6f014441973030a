#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "contract/ids.hpp"
#include "crypto/sealing.hpp"
#include "platform/base/random.hpp"
#include "platform/base/secret.hpp"

namespace gatehouse::identity {

// Each account has a key of its own for its personal data. What the database holds of it is a random seed
// (`account.data_key_seed`); the key is derived from the server secret `account_kek`, the account's id and the seed. So
// a row copied to another account opens nothing, and destroying the seed erases the account's data wherever copies of
// it lie: 128 bits are missing, whatever else somebody holds.
inline constexpr std::size_t kDataKeySeedBytes = 16;
[[nodiscard]] std::string new_data_key_seed(base::Random& random);

// Nothing when there is no seed (erased) or it is none. Another key or account than the one that sealed gives a key
// that opens nothing.
[[nodiscard]] std::optional<crypto::SealingKey> derive_data_key(const base::Secret& account_kek,
                                                                contract::AccountId account, std::string_view seed);

}  // namespace gatehouse::identity
