#include "identity/token/access_token.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <utility>

#include "contract/assurance.hpp"
#include "crypto/jwt.hpp"
#include "platform/base/encoding.hpp"

namespace gatehouse::identity {
namespace {

constexpr std::size_t kJtiBytes = 16;

boost::json::array array_of(const std::vector<std::string>& texts) {
  boost::json::array array;
  array.reserve(texts.size());
  for (const auto& text : texts) array.emplace_back(text);
  return array;
}

}  // namespace

AccessTokenIssuer::AccessTokenIssuer(AccessTokenOptions options, const KeyManager& keys, base::Random& random)
    : options_(std::move(options)), keys_(keys), random_(random) {}

AccessToken AccessTokenIssuer::issue(const AccessGrant& grant) const {
  const std::int64_t issued_at = base::to_unix_seconds(grant.issued_at);
  const std::int64_t expires_at =
      std::min(issued_at + options_.lifetime.count(), base::to_unix_seconds(grant.session_expires));

  boost::json::object claims;
  claims.reserve(16);
  claims.emplace("iss", options_.issuer);
  claims.emplace("sub", grant.account.to_string());
  claims.emplace("aud", options_.audience);
  claims.emplace("client_id", options_.client_id);
  claims.emplace("iat", issued_at);
  claims.emplace("exp", expires_at);
  claims.emplace("jti", base::base64url_encode(random_.bytes(kJtiBytes)));
  claims.emplace("sid", grant.session.to_string());
  claims.emplace("scope", options_.scope);
  claims.emplace("roles", array_of(grant.roles));
  claims.emplace("email_verified", grant.email_verified);
  claims.emplace("auth_time", base::to_unix_seconds(grant.auth_time));
  claims.emplace("acr", contract::acr_of(contract::assurance_of_amr(grant.amr)));
  claims.emplace("amr", array_of(grant.amr));
  claims.emplace("epoch", grant.epoch);

  const auto ring = keys_.snapshot();
  return {base::Secret(crypto::sign_jwt(*ring->current, "at+jwt", claims)),
          std::chrono::seconds(expires_at - issued_at)};
}

}  // namespace gatehouse::identity
