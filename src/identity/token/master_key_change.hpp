#pragma once

#include <cstddef>
#include <optional>

#include "crypto/master_keys.hpp"
#include "platform/audit/event.hpp"
#include "platform/base/clock.hpp"
#include "platform/base/random.hpp"
#include "platform/base/result.hpp"
#include "platform/db/database.hpp"

namespace gatehouse::identity {

// The master key seals two things: the installation's secrets, from which all other keys come, and the private signing
// keys. These few rows are all there is to seal anew when it is replaced, and one transaction does it.
//
// Which key seals what is new is said by the database, not by the configuration: the one under which the
// installation's secrets are sealed. So processes that know both keys and processes that know only the one before work
// side by side until the change, and whoever knows only the key before seals nothing after it.

// Nothing when that is none of `keys`. The current one while there are no secrets yet.
[[nodiscard]] std::optional<crypto::WhichMasterKey> master_key_in_force(db::Transaction& tx,
                                                                        const crypto::MasterKeys& keys);

// Rows by the key that opens them.
struct SealedRows {
  std::size_t current = 0;
  std::size_t previous = 0;
  std::size_t neither = 0;
};
[[nodiscard]] SealedRows count_sealed(db::Transaction& tx, const crypto::MasterKeys& keys);

enum class MasterKeyChangeError {
  sealed_under_another,  // there is a row that opens under neither key; nothing has changed
};

// Seals under the current key whatever the previous one sealed, all of it or nothing, and records that in the audit
// log. Returns how many rows; 0, and no event, when there are none: called again, it changes nothing. Other processes
// may seal meanwhile. Blocking; thread-safe.
[[nodiscard]] base::Result<std::size_t, MasterKeyChangeError> replace_master_key(db::Database& database,
                                                                                 const crypto::MasterKeys& keys,
                                                                                 const audit::Author& author,
                                                                                 base::Random& random,
                                                                                 const base::Clock& clock);

}  // namespace gatehouse::identity
