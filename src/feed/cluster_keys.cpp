#include "feed/cluster_keys.hpp"

#include <cstdlib>

#include "crypto/mac.hpp"
#include "platform/base/encoding.hpp"

namespace gatehouse::feed {
namespace {

constexpr std::string_view kScheme = "Gatehouse-Feed ";

const base::Secret& checked(const base::Secret& secret) {
  if (secret.size() < ClusterKeys::kMinSecretBytes) std::abort();
  return secret;
}

}  // namespace

ClusterKeys::ClusterKeys(const base::Secret& cluster_secret)
    : request_(crypto::derive_key(checked(cluster_secret), "gatehouse feed request v1")),
      message_(crypto::derive_key(cluster_secret, "gatehouse feed message v1")),
      fingerprint_(crypto::derive_key(cluster_secret, "gatehouse feed keys version v1")),
      sealing_(crypto::SealingKey::derive(cluster_secret, "gatehouse feed keys v1")) {}

std::string ClusterKeys::authorization(std::string_view query) const {
  return std::string(kScheme) + base::base64url_encode(crypto::hmac_sha256(request_, query));
}

bool ClusterKeys::authorises(std::string_view query, std::string_view header) const {
  return base::equal_in_constant_time(authorization(query), header);
}

std::string ClusterKeys::message_mac(std::string_view message) const { return crypto::hmac_sha256(message_, message); }

std::string ClusterKeys::fingerprint(std::string_view keys) const { return crypto::hmac_sha256(fingerprint_, keys); }

std::string ClusterKeys::stream_key() const {
  return "gatehouse:feed:" + base::hex_encode(fingerprint("stream").substr(0, 8));
}

}  // namespace gatehouse::feed
