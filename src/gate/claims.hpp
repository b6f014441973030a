#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "contract/permission.hpp"
#include "crypto/jwt.hpp"
#include "gate/token_cache.hpp"

namespace gatehouse::gate {

// Reads the claims of an access token of ours (RFC 9068, and our own `sid`, `roles`, `epoch`) into a cache entry.
// Null when one that must be there is missing or of the wrong type: signed by us, and still not an access token of
// ours. `roles`: those in force, and any other is left out; null: whatever the token says.
[[nodiscard]] std::unique_ptr<CachedToken> read_claims(std::string_view token, const crypto::VerifiedToken& verified,
                                                       std::chrono::seconds leeway,
                                                       const contract::RolePermissions* roles);

}  // namespace gatehouse::gate
