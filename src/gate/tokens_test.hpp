#pragma once

#include <boost/json/object.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "crypto/jwt.hpp"
#include "crypto/key_set.hpp"
#include "crypto/signing_key.hpp"
#include "gate/verifier.hpp"
#include "platform/base/clock.hpp"
#include "platform/base/random.hpp"

namespace gatehouse::gate::test {

inline constexpr std::string_view kAccount = "01890000-0000-7000-8000-00000000000a";
inline constexpr std::string_view kSession = "11111111-2222-4333-8444-555555555555";

inline crypto::SigningKey new_key(crypto::Algorithm algorithm = crypto::Algorithm::es256) {
  base::SystemRandom random;
  return crypto::SigningKey::generate(algorithm, random);
}

inline std::shared_ptr<const crypto::KeySet> key_set(const std::vector<const crypto::SigningKey*>& keys) {
  std::vector<crypto::VerificationKey> public_keys;
  for (const auto* key : keys) public_keys.push_back(key->verification_key());
  return std::make_shared<const crypto::KeySet>(*crypto::KeySet::from_keys(std::move(public_keys)));
}

// The claims of an access token as identity issues them, good for 15 minutes.
inline boost::json::object claims_at(base::TimePoint now, std::string_view jti = "jti-1") {
  const auto seconds = base::to_unix_seconds(now);
  return {{"iss", "https://id.example"},
          {"aud", "https://app.example"},
          {"sub", kAccount},
          {"sid", kSession},
          {"client_id", "web"},
          {"iat", seconds},
          {"exp", seconds + 900},
          {"auth_time", seconds - 10},
          {"jti", jti},
          {"scope", "read write"},
          {"roles", {"member", "editor"}},
          {"amr", {"pwd"}},
          {"acr", "1"},
          {"epoch", 3}};
}

inline VerifierOptions verifier_options() {
  VerifierOptions options;
  options.expected.issuer = "https://id.example";
  options.expected.audience = "https://app.example";
  options.cache_entries = 64;
  return options;
}

inline contract::Revocation revoked(contract::Revocation::Kind kind, std::string key, base::TimePoint now,
                                    std::int64_t min_epoch = 0) {
  return {
      .seq = 1, .kind = kind, .key = std::move(key), .min_epoch = min_epoch, .until = now + std::chrono::seconds(900)};
}

}  // namespace gatehouse::gate::test
