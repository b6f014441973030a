#include "crypto/jwt.hpp"

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <cstdint>
#include <optional>
#include <utility>

#include "crypto/jwk_member.hpp"
#include "platform/base/json.hpp"

namespace gatehouse::crypto {
namespace {

using base::JsonLimits;
using base::Result;

constexpr JsonLimits kHeaderLimits{.depth = 2, .members = 16};
constexpr JsonLimits kPayloadLimits{.depth = 8, .members = 256};
constexpr std::int64_t kLatestSeconds = 253'402'300'799;  // 9999-12-31: later only by mistake or malice

struct Segments {
  std::string_view header;
  std::string_view payload;
  std::string_view signature;
  std::string_view signing_input;
};

std::optional<Segments> split(std::string_view token) {
  const auto first = token.find('.');
  if (first == std::string_view::npos) return std::nullopt;
  const auto second = token.find('.', first + 1);
  if (second == std::string_view::npos || token.find('.', second + 1) != std::string_view::npos) return std::nullopt;
  return Segments{token.substr(0, first), token.substr(first + 1, second - first - 1), token.substr(second + 1),
                  token.substr(0, second)};
}

Result<boost::json::object, JwtError> decode_object(std::string_view segment, const JsonLimits& limits) {
  const auto text = base::base64url_decode(segment);
  if (!text) return JwtError::bad_encoding;
  auto value = base::parse_json(*text, limits);
  if (!value || !value->is_object()) return JwtError::bad_json;
  return std::move(value->get_object());
}

// An allow-list: what a verifier ignores today, an attacker finds a use for tomorrow. Every header of ours has these.
bool is_known_header_member(std::string_view name) { return name == "alg" || name == "typ" || name == "kid"; }

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

bool is_type(std::string_view typ, std::string_view expected) {
  constexpr std::string_view kPrefix = "application/";
  if (equal_ignoring_case(typ.substr(0, kPrefix.size()), kPrefix)) typ.remove_prefix(kPrefix.size());
  return !expected.empty() && equal_ignoring_case(typ, expected);
}

// RFC 7519 allows fractions; no issuer we accept writes them, and a double in a comparison of times invites surprises.
std::optional<std::chrono::sys_seconds> time_member(const boost::json::object& claims, const char* name) {
  const auto* value = claims.if_contains(name);
  if (value == nullptr || !value->is_int64()) return std::nullopt;
  const auto seconds = value->get_int64();
  if (seconds <= 0 || seconds > kLatestSeconds) return std::nullopt;
  return std::chrono::sys_seconds(std::chrono::seconds(seconds));
}

// A token made for several services could be replayed by any one of them at the others: only ours alone will do.
bool is_audience(const boost::json::object& claims, std::string_view expected) {
  if (expected.empty()) return false;
  const auto* value = claims.if_contains("aud");
  if (value == nullptr) return false;
  if (value->is_array()) {
    if (value->get_array().size() != 1) return false;
    value = &value->get_array().front();
  }
  return value->is_string() && std::string_view(value->get_string()) == expected;
}

bool has_text(const boost::json::object& claims, std::string_view name) {
  const auto text = text_member(claims, name);
  return text && !text->empty();
}

struct Lifetime {
  base::TimePoint issued_at;
  base::TimePoint expires_at;
};

Result<Lifetime, JwtError> check_times(const boost::json::object& claims, std::chrono::seconds leeway,
                                       base::TimePoint now) {
  const auto exp = time_member(claims, "exp");
  const auto iat = time_member(claims, "iat");
  if (!exp || !iat || *exp <= *iat) return JwtError::bad_claims;
  const auto nbf = time_member(claims, "nbf");
  if (!nbf && claims.contains("nbf")) return JwtError::bad_claims;
  if (now >= *exp + leeway) return JwtError::expired;
  if (now + leeway < *iat || (nbf && now + leeway < *nbf)) return JwtError::not_yet_valid;
  return Lifetime{*iat, *exp};
}

Result<Lifetime, JwtError> check_claims(const boost::json::object& claims, const JwtExpectations& expected,
                                        base::TimePoint now) {
  if (expected.issuer.empty() || text_member(claims, "iss") != expected.issuer) return JwtError::wrong_issuer;
  if (!is_audience(claims, expected.audience)) return JwtError::wrong_audience;
  if (!has_text(claims, "sub") || !has_text(claims, "jti")) return JwtError::bad_claims;
  return check_times(claims, expected.leeway, now);
}

}  // namespace

std::string sign_jwt(const SigningKey& key, std::string_view typ, const boost::json::object& claims) {
  const boost::json::object header{
      {"alg", to_string(key.algorithm())}, {"typ", boost::json::string_view(typ)}, {"kid", key.kid()}};
  std::string token = base::base64url_encode(boost::json::serialize(header));
  token += '.';
  token += base::base64url_encode(boost::json::serialize(claims));
  const std::string signature = key.sign(token);
  token += '.';
  token += base::base64url_encode(signature);
  return token;
}

Result<UnverifiedToken, JwtError> UnverifiedToken::parse(std::string_view token) {
  if (token.size() > kMaxTokenBytes) return JwtError::too_large;
  const auto segments = split(token);
  if (!segments) return JwtError::not_three_segments;
  auto signature = base::base64url_decode(segments->signature);
  if (!signature) return JwtError::bad_encoding;
  const auto header = decode_object(segments->header, kHeaderLimits);
  if (!header) return header.error();
  for (const auto& member : *header) {
    if (!is_known_header_member(member.key())) return JwtError::bad_header;
  }
  const auto alg = text_member(*header, "alg");
  const auto typ = text_member(*header, "typ");
  const auto kid = text_member(*header, "kid");
  if (!alg || (!typ && header->contains("typ")) || (!kid && header->contains("kid"))) return JwtError::bad_header;
  UnverifiedToken result;
  result.signing_input_ = segments->signing_input;
  result.payload_ = segments->payload;
  result.signature_ = std::move(*signature);
  result.alg_ = *alg;
  result.typ_ = typ.value_or(std::string_view());
  result.kid_ = kid.value_or(std::string_view());
  return result;
}

// The order is the price: comparisons first, then the signature, and only then is a byte of the payload looked at.
Result<VerifiedToken, JwtError> verify_jwt(const UnverifiedToken& token, const KeySet& keys,
                                           const JwtExpectations& expected, base::TimePoint now) {
  if (!is_type(token.typ_, expected.typ)) return JwtError::wrong_type;
  const VerificationKey* const key = keys.find(token.kid_);
  if (key == nullptr) return JwtError::unknown_key;
  if (token.alg_ != to_string(key->algorithm())) return JwtError::wrong_algorithm;
  if (!key->verify(token.signing_input_, token.signature_)) return JwtError::bad_signature;
  auto claims = decode_object(token.payload_, kPayloadLimits);
  if (!claims) return claims.error();
  const auto lifetime = check_claims(*claims, expected, now);
  if (!lifetime) return lifetime.error();
  VerifiedToken verified;
  verified.kid_ = token.kid_;
  verified.claims_ = std::move(*claims);
  verified.issued_at_ = lifetime->issued_at;
  verified.expires_at_ = lifetime->expires_at;
  return verified;
}

Result<VerifiedToken, JwtError> verify_jwt(std::string_view token, const KeySet& keys, const JwtExpectations& expected,
                                           base::TimePoint now) {
  const auto parsed = UnverifiedToken::parse(token);
  if (!parsed) return parsed.error();
  return verify_jwt(*parsed, keys, expected, now);
}

std::string_view VerifiedToken::subject() const { return *text_member(claims_, "sub"); }
std::string_view VerifiedToken::jti() const { return *text_member(claims_, "jti"); }

const char* to_string(JwtError error) {
  switch (error) {
    case JwtError::too_large: return "too_large";
    case JwtError::not_three_segments: return "not_three_segments";
    case JwtError::bad_encoding: return "bad_encoding";
    case JwtError::bad_json: return "bad_json";
    case JwtError::bad_header: return "bad_header";
    case JwtError::wrong_type: return "wrong_type";
    case JwtError::unknown_key: return "unknown_key";
    case JwtError::wrong_algorithm: return "wrong_algorithm";
    case JwtError::bad_signature: return "bad_signature";
    case JwtError::bad_claims: return "bad_claims";
    case JwtError::wrong_issuer: return "wrong_issuer";
    case JwtError::wrong_audience: return "wrong_audience";
    case JwtError::expired: return "expired";
    case JwtError::not_yet_valid: return "not_yet_valid";
  }
  return "";
}

}  // namespace gatehouse::crypto
