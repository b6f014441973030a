#include "identity/defence/proof_of_work.hpp"

#include <charconv>
#include <limits>
#include <optional>

#include "crypto/mac.hpp"
#include "platform/base/encoding.hpp"
#include "platform/base/json.hpp"

namespace gatehouse::identity {
namespace {

constexpr std::size_t kMaxPayload = 1024;
constexpr std::string_view kAlgorithm = "SHA-256";

// What a payload says; all of it text of the client's.
struct Payload {
  std::string challenge;
  std::string salt;
  std::string signature;
  std::uint64_t number = 0;
};

// What a salt of ours says: `random?expires=SECONDS&work=NUMBER&`. It ends in a separator, so that no digit of the
// number can be moved into it, to become another time of expiry (CVE-2025-68113).
struct Salt {
  std::int64_t expires = 0;
  Work work = 0;
};

// Standard base64 is what the protocol sends: told apart from base64url by two characters and the padding.
std::optional<std::string> decode_base64(std::string_view text) {
  std::string url(text);
  for (std::size_t padding = 0; padding < 2 && url.ends_with('='); ++padding) url.pop_back();
  for (char& c : url) {
    if (c == '-' || c == '_') return std::nullopt;
    if (c == '+') c = '-';
    if (c == '/') c = '_';
  }
  return base::base64url_decode(url);
}

std::optional<std::string> text_of(const boost::json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  if (value == nullptr || !value->is_string()) return std::nullopt;
  return std::string(value->get_string());
}

std::optional<Payload> parse(std::string_view payload) {
  if (payload.size() > kMaxPayload) return std::nullopt;
  const auto bytes = decode_base64(payload);
  if (!bytes) return std::nullopt;
  const auto json = base::parse_json(*bytes, {.depth = 2, .members = 8});
  if (!json || !json->is_object()) return std::nullopt;
  const auto& object = json->get_object();
  const auto algorithm = text_of(object, "algorithm");
  auto challenge = text_of(object, "challenge");
  auto salt = text_of(object, "salt");
  auto signature = text_of(object, "signature");
  const auto* number = object.if_contains("number");
  if (algorithm != kAlgorithm || !challenge || !salt || !signature || number == nullptr) return std::nullopt;
  if (!number->is_int64() || number->get_int64() < 0) return std::nullopt;
  return Payload{std::move(*challenge), std::move(*salt), std::move(*signature),
                 static_cast<std::uint64_t>(number->get_int64())};
}

template <class Number>
std::optional<Number> parameter(std::string_view salt, std::string_view name) {
  const auto at = salt.find(name);
  if (at == std::string_view::npos) return std::nullopt;
  salt.remove_prefix(at + name.size());
  Number number{};
  const auto [end, error] = std::from_chars(salt.data(), salt.data() + salt.size(), number);
  if (error != std::errc() || end == salt.data() + salt.size() || *end != '&') return std::nullopt;
  return number;
}

// REQUIRES: a salt whose signature was ours.
std::optional<Salt> read_salt(std::string_view salt) {
  const auto expires = parameter<std::int64_t>(salt, "?expires=");
  const auto work = parameter<Work>(salt, "&work=");
  if (!expires || !work || !salt.ends_with('&')) return std::nullopt;
  return Salt{*expires, *work};
}

std::string hash(std::string_view salt, std::uint64_t number) {
  return base::hex_encode(crypto::sha256(std::string(salt).append(std::to_string(number))));
}

}  // namespace

std::string_view to_string(ProofError error) {
  switch (error) {
    case ProofError::malformed: return "malformed";
    case ProofError::forged: return "forged";
    case ProofError::wrong: return "wrong";
    case ProofError::expired: return "expired";
    case ProofError::too_little: return "too_little";
  }
  return "other";
}

// The signature is over the challenge, which is a hash of the salt: nothing of either can be changed.
std::string ProofOfWork::sign(std::string_view challenge) const {
  return base::hex_encode(crypto::hmac_sha256(key_, challenge));
}

boost::json::object ProofOfWork::issue(Work work) const {
  const auto expires = base::to_unix_seconds(clock_.now() + options_.lifetime);
  const std::string salt = base::hex_encode(random_.bytes(12)) + "?expires=" + std::to_string(expires) +
                           "&work=" + std::to_string(work) + "&";
  const std::uint64_t number = base::decode_u64(random_.bytes(8)) % (std::uint64_t{work} + 1);
  const std::string challenge = hash(salt, number);
  return {{"algorithm", kAlgorithm},
          {"challenge", challenge},
          {"maxnumber", work},
          {"salt", salt},
          {"signature", sign(challenge)}};
}

base::Result<ProofOfWork::Proof, ProofError> ProofOfWork::check(std::string_view payload, Work at_least) const {
  const auto parsed = parse(payload);
  if (!parsed) return ProofError::malformed;
  if (!base::equal_in_constant_time(parsed->signature, sign(parsed->challenge))) return ProofError::forged;
  if (hash(parsed->salt, parsed->number) != parsed->challenge) return ProofError::wrong;
  // From here on the salt is ours, unless somebody has found a second input to SHA-256.
  const auto salt = read_salt(parsed->salt);
  if (!salt) return ProofError::wrong;
  const auto left = salt->expires - base::to_unix_seconds(clock_.now());
  if (left <= 0) return ProofError::expired;
  if (salt->work < at_least) return ProofError::too_little;
  return Proof{.id = parsed->challenge, .remaining = std::chrono::seconds(left)};
}

}  // namespace gatehouse::identity
