#pragma once

#include <boost/json/object.hpp>
#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

#include "crypto/key_set.hpp"
#include "crypto/signing_key.hpp"
#include "platform/base/clock.hpp"
#include "platform/base/result.hpp"

namespace gatehouse::crypto {

inline constexpr std::size_t kMaxTokenBytes = 8 * 1024;

// Why a token was refused: for metrics and the log. A client only ever hears "invalid token".
enum class JwtError {
  too_large,           // above kMaxTokenBytes; nothing was decoded
  not_three_segments,  // RFC 7519 section 7.2; also a JWE, or an unsigned token without its last segment
  bad_encoding,        // not canonical base64url
  bad_json,            // a header or payload that is not strict JSON, or too deep, or has a duplicate member
  bad_header,          // a member of the wrong type, or any member but alg, typ and kid (crit, jku, jwk, x5u, x5c, zip)
  wrong_type,          // `typ`: a token made for another purpose (RFC 8725 section 3.11)
  unknown_key,         // no `kid`, or none of ours
  wrong_algorithm,     // `alg` is not the algorithm of the key that `kid` names
  bad_signature,
  bad_claims,      // one that must be there is missing, of the wrong type or out of range
  wrong_issuer,    // `iss` differs, be it in one character
  wrong_audience,  // `aud` is not exactly ours
  expired,         // `exp` has passed
  not_yet_valid,   // `nbf` or `iat` lies ahead
};

[[nodiscard]] const char* to_string(JwtError error);  // "bad_signature"

struct JwtExpectations {
  std::string typ = "at+jwt";  // compared without regard to case, with or without `application/` (RFC 7515 4.1.9)
  std::string issuer;          // both compared byte by byte
  std::string audience;
  std::chrono::seconds leeway{5};  // how far clocks may differ; in favour of the token, for exp, nbf and iat alike
};

// A compact JWS of `claims` (RFC 7519) with a header of alg, typ and kid. Adds no claims of its own.
[[nodiscard]] std::string sign_jwt(const SigningKey& key, std::string_view typ, const boost::json::object& claims);

class VerifiedToken;

// A token that is well-formed so far, and of which nothing else may be believed: hence no getters at all.
class UnverifiedToken {
 public:
  // Cheap checks alone, in the order of their cost: size, segments, encoding, header. `token` must outlive it.
  [[nodiscard]] static base::Result<UnverifiedToken, JwtError> parse(std::string_view token);

 private:
  friend base::Result<VerifiedToken, JwtError> verify_jwt(const UnverifiedToken& token, const KeySet& keys,
                                                          const JwtExpectations& expected, base::TimePoint now);
  UnverifiedToken() = default;
  std::string_view signing_input_;
  std::string_view payload_;  // still encoded: not even parsed before the signature holds
  std::string signature_;
  std::string alg_;
  std::string typ_;
  std::string kid_;
};

// Proof that a key of ours signed it, for us, and that its time has come and has not passed. Whether it was revoked
// since is another question (the gate's).
class VerifiedToken {
 public:
  [[nodiscard]] const std::string& kid() const noexcept { return kid_; }
  [[nodiscard]] const boost::json::object& claims() const noexcept { return claims_; }
  [[nodiscard]] std::string_view subject() const;  // `sub`
  [[nodiscard]] std::string_view jti() const;
  [[nodiscard]] base::TimePoint issued_at() const noexcept { return issued_at_; }
  [[nodiscard]] base::TimePoint expires_at() const noexcept { return expires_at_; }  // without leeway

 private:
  friend base::Result<VerifiedToken, JwtError> verify_jwt(const UnverifiedToken& token, const KeySet& keys,
                                                          const JwtExpectations& expected, base::TimePoint now);
  VerifiedToken() = default;
  std::string kid_;
  boost::json::object claims_;
  base::TimePoint issued_at_;
  base::TimePoint expires_at_;
};

// RFC 8725 and RFC 9068 section 4. Success means: `typ` is as expected, the key that `kid` names in `keys` made the
// signature with its own algorithm, `iss` and `aud` are exactly as expected (`aud` a text, or an array of that one
// text), `exp` and `iat` are whole seconds with exp > iat and now between them, `nbf` (optional) has passed, `sub` and
// `jti` are texts that are not empty. Thread-safe; does no I/O; takes about as long as one signature check.
[[nodiscard]] base::Result<VerifiedToken, JwtError> verify_jwt(const UnverifiedToken& token, const KeySet& keys,
                                                               const JwtExpectations& expected, base::TimePoint now);
[[nodiscard]] base::Result<VerifiedToken, JwtError> verify_jwt(std::string_view token, const KeySet& keys,
                                                               const JwtExpectations& expected, base::TimePoint now);

}  // namespace gatehouse::crypto
