#include <boost/json/serialize.hpp>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "crypto/jwt.hpp"
#include "platform/base/encoding.hpp"

// Any bytes as a token, against one key of each fast algorithm. Input that begins with `{` is signed first, as header
// `\n` payload, so that what lies behind the signature check is reached as well.
namespace {

namespace base = gatehouse::base;
namespace crypto = gatehouse::crypto;

struct Fixture {
  base::SystemRandom random;
  crypto::SigningKey shared =
      *crypto::SigningKey::from_private_bytes(crypto::Algorithm::hs256, base::Secret(std::string(32, 's')), "shared");
  crypto::SigningKey ed25519 =
      *crypto::SigningKey::from_private_bytes(crypto::Algorithm::eddsa, base::Secret(std::string(32, 'e')));
  crypto::SigningKey es256 = crypto::SigningKey::generate(crypto::Algorithm::es256, random);
  crypto::KeySet keys =
      *crypto::KeySet::from_keys({shared.verification_key(), ed25519.verification_key(), es256.verification_key()});
  crypto::JwtExpectations expected{.issuer = "https://login.example.test", .audience = "gatehouse"};
};

std::string sign_as_is(const crypto::SigningKey& key, std::string_view text) {
  const auto line_end = text.find('\n');
  const auto header = text.substr(0, line_end);
  const auto payload = line_end == std::string_view::npos ? std::string_view() : text.substr(line_end + 1);
  const std::string input = base::base64url_encode(header) + "." + base::base64url_encode(payload);
  return input + "." + base::base64url_encode(key.sign(input));
}

// What must hold of whatever was let through.
void check(const crypto::VerifiedToken& token, const Fixture& with, base::TimePoint now) {
  const bool sound = with.keys.find(token.kid()) != nullptr && !token.subject().empty() && !token.jti().empty() &&
                     token.expires_at() + with.expected.leeway > now && token.issued_at() < token.expires_at() &&
                     token.claims().at("iss") == "https://login.example.test";
  if (!sound) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Fixture with;
  const base::TimePoint now{std::chrono::seconds(1'800'000'000)};
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::string token = input.starts_with('{') ? sign_as_is(with.shared, input) : std::string(input);
  const auto verified = crypto::verify_jwt(token, with.keys, with.expected, now);
  if (verified) check(*verified, with, now);
  return 0;
}
