#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "contract/permission.hpp"
#include "crypto/key_set.hpp"
#include "feed/cluster_keys.hpp"
#include "feed/ids.hpp"
#include "platform/base/random.hpp"

namespace gatehouse::feed {

// What a process without a database judges by, besides what has ended: the keys that tokens are verified with, and what
// each role may do. JSON: `keys` is an array of `{"jwk": …}` and, for HS256, whose key is secret, of `{"kid",
// "sealed"}` under the cluster's key; `roles` an object of arrays of permissions.
struct Bundle {
  BundleVersion version;
  std::string bytes;
};

struct BundleContent {
  std::shared_ptr<const crypto::KeySet> keys;
  contract::RoleSnapshot roles;
};

[[nodiscard]] Bundle make_bundle(const crypto::KeySet& keys, const contract::RolePermissions& roles,
                                 const ClusterKeys& cluster, base::Random& random);

// Nothing unless every key and every permission in it is sound: a set that lacks some would refuse valid tokens.
[[nodiscard]] std::optional<BundleContent> read_bundle(std::string_view bytes, const ClusterKeys& cluster);

}  // namespace gatehouse::feed
