#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "contract/ids.hpp"
#include "crypto/sealing.hpp"
#include "platform/base/random.hpp"

namespace gatehouse::identity {

// Each account has a key of its own for its personal data, kept in `account.data_key_sealed`, sealed under the server
// secret `account_kek` and bound to the account's id, so that a row copied to another account opens nothing. Destroying
// the sealed key erases the account's data wherever copies of it lie.
[[nodiscard]] std::string seal_data_key(const crypto::SealingKey& account_kek, contract::AccountId account,
                                        const crypto::SealingKey& data_key, base::Random& random);
// Nothing when it was sealed for another account, under another key, or has been erased (is empty).
[[nodiscard]] std::optional<crypto::SealingKey> open_data_key(const crypto::SealingKey& account_kek,
                                                              contract::AccountId account, std::string_view sealed);

}  // namespace gatehouse::identity
