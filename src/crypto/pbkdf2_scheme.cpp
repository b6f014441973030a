#include <openssl/err.h>
#include <openssl/evp.h>

#include <optional>

#include "crypto/hash_text.hpp"
#include "crypto/password_scheme.hpp"
#include "platform/base/unavailable.hpp"

// PBKDF2 with HMAC-SHA-2, RFC 8018, as passlib and as Django write it.
namespace gatehouse::crypto {
namespace {

struct Stored {
  const EVP_MD* digest = nullptr;
  std::uint32_t iterations = 0;
  std::string salt;
  std::string tag;

  // One block of output, no more: each further one costs the owner the same again, and an attacker nothing.
  [[nodiscard]] bool whole() const {
    return digest != nullptr && !salt.empty() && tag.size() == static_cast<std::size_t>(EVP_MD_get_size(digest));
  }
};

// $pbkdf2-sha256$29000$salt$tag
std::optional<Stored> parse_passlib(std::string_view text) {
  Stored stored;
  HashText rest(text);
  const auto name = rest.literal("$").field();
  if (name == "pbkdf2-sha256") stored.digest = EVP_sha256();
  if (name == "pbkdf2-sha512") stored.digest = EVP_sha512();
  stored.iterations = rest.number();
  const auto salt = decode_hash_base64(rest.literal("$").field(), HashBase64::adapted);
  const auto tag = decode_hash_base64(rest.last(), HashBase64::adapted);
  if (rest.failed() || !salt || !tag) return std::nullopt;
  stored.salt = *salt;
  stored.tag = *tag;
  return stored.whole() ? std::optional(std::move(stored)) : std::nullopt;
}

// pbkdf2_sha256$600000$salt$tag, the salt as it stands
std::optional<Stored> parse_django(std::string_view text) {
  Stored stored{.digest = EVP_sha256()};
  HashText rest(text);
  stored.iterations = rest.literal("pbkdf2_sha256$").number();
  stored.salt = rest.literal("$").field();
  const auto tag = decode_hash_base64(rest.last(), HashBase64::standard_padded);
  if (rest.failed() || !tag || stored.salt.size() > 256) return std::nullopt;
  stored.tag = *tag;
  return stored.whole() ? std::optional(std::move(stored)) : std::nullopt;
}

using Parse = std::optional<Stored> (*)(std::string_view);

template <Parse kParse>
bool recognises(std::string_view stored) {
  return kParse(stored).has_value();
}

template <Parse kParse>
bool affordable(std::string_view stored, const PasswordCaps& caps) {
  return kParse(stored)->iterations <= caps.max_pbkdf2_iterations;
}

template <Parse kParse>
bool matches(const base::Secret& password, std::string_view text, HashMemory& /*needs next to none*/) {
  const auto stored = *kParse(text);
  const auto given = password.expose();
  std::string tag(stored.tag.size(), '\0');
  if (PKCS5_PBKDF2_HMAC(given.data(), static_cast<int>(given.size()),
                        reinterpret_cast<const unsigned char*>(stored.salt.data()),
                        static_cast<int>(stored.salt.size()), static_cast<int>(stored.iterations), stored.digest,
                        static_cast<int>(tag.size()), reinterpret_cast<unsigned char*>(tag.data())) != 1) {
    ERR_clear_error();
    throw base::Unavailable("hash_memory");  // the parameters were checked: nothing else is left to fail
  }
  return base::equal_in_constant_time(tag, stored.tag);
}

bool always_behind(std::string_view, const PasswordCost&) { return true; }

}  // namespace

const PasswordScheme kPbkdf2Scheme{recognises<parse_passlib>, affordable<parse_passlib>, matches<parse_passlib>,
                                   always_behind, kMaxPasswordBytes};
const PasswordScheme kDjangoPbkdf2Scheme{recognises<parse_django>, affordable<parse_django>, matches<parse_django>,
                                         always_behind, kMaxPasswordBytes};

}  // namespace gatehouse::crypto
