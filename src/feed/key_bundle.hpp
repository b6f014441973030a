#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "crypto/key_set.hpp"
#include "feed/cluster_keys.hpp"
#include "feed/ids.hpp"
#include "platform/base/random.hpp"

namespace gatehouse::feed {

// The keys that tokens are verified with, for a process that has no database: a JSON array of `{"jwk": …}` and, for
// HS256, whose key is secret, of `{"kid", "sealed"}` under the cluster's key.
struct KeyBundle {
  KeysVersion version;
  std::string bytes;
};

[[nodiscard]] KeyBundle make_key_bundle(const crypto::KeySet& keys, const ClusterKeys& cluster, base::Random& random);

// Nothing unless every key in it is sound: a set that lacks some would refuse valid tokens.
[[nodiscard]] std::optional<crypto::KeySet> read_key_bundle(std::string_view bytes, const ClusterKeys& cluster);

}  // namespace gatehouse::feed
