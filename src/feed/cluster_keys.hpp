#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "crypto/sealing.hpp"
#include "platform/base/secret.hpp"

namespace gatehouse::feed {

// What the processes of one installation know each other by: keys derived from `cluster.secret`, one for each purpose.
// Thread-safe.
class ClusterKeys {
 public:
  static constexpr std::size_t kMinSecretBytes = 32;
  static constexpr std::size_t kMacBytes = 32;

  // REQUIRES: at least kMinSecretBytes of full entropy.
  explicit ClusterKeys(const base::Secret& cluster_secret);

  // The Authorization header of a question: a MAC over its query, so that what a listener sees on the way lets it ask
  // that question again, and no other.
  [[nodiscard]] std::string authorization(std::string_view query) const;
  [[nodiscard]] bool authorises(std::string_view query, std::string_view header) const;

  // HMAC-SHA-256 over a message, kMacBytes. Compare in constant time.
  [[nodiscard]] std::string message_mac(std::string_view message) const;

  // Over what a key set holds; names it without telling anything about a secret key in it.
  [[nodiscard]] std::string fingerprint(std::string_view keys) const;
  // Of the Redis stream: another for each installation that shares the Redis.
  [[nodiscard]] std::string stream_key() const;
  // For the keys of HS256, which are secret.
  [[nodiscard]] const crypto::SealingKey& sealing() const noexcept { return sealing_; }

 private:
  base::Secret request_;
  base::Secret message_;
  base::Secret fingerprint_;
  crypto::SealingKey sealing_;
};

}  // namespace gatehouse::feed
