#include <sodium.h>

#include <array>
#include <cerrno>
#include <optional>

#include "crypto/hash_text.hpp"
#include "crypto/password_scheme.hpp"
#include "crypto/sodium_memory.hpp"
#include "platform/base/unavailable.hpp"

// Argon2id and Argon2i, RFC 9106, in the PHC string format.
namespace gatehouse::crypto {
namespace {

constexpr unsigned kMaxLanes = 16;

struct Stored {
  bool argon2i = false;
  unsigned memory_kib = 0;
  unsigned iterations = 0;
  unsigned lanes = 0;
};

std::size_t bytes_of(unsigned memory_kib) { return std::size_t{memory_kib} * 1024; }

std::optional<Stored> parse(std::string_view text) {
  Stored stored;
  constexpr std::string_view kArgon2i = "$argon2i$";
  stored.argon2i = text.starts_with(kArgon2i);
  HashText rest(text);
  rest.literal(stored.argon2i ? kArgon2i : "$argon2id$");
  stored.memory_kib = rest.literal("v=19$m=").number();
  stored.iterations = rest.literal(",t=").number();
  stored.lanes = rest.literal(",p=").number();
  const auto salt = decode_hash_base64(rest.literal("$").field(), HashBase64::standard);
  const auto tag = decode_hash_base64(rest.last(), HashBase64::standard);
  // RFC 9106 section 3.1 asks for 8 bytes of salt and 4 of tag; so short a tag would match by chance.
  if (rest.failed() || !salt || !tag || salt->size() < 8 || tag->size() < 16 || tag->size() > 64) return std::nullopt;
  return stored;
}

bool recognises(std::string_view stored) { return parse(stored).has_value(); }

bool affordable(std::string_view text, const PasswordCaps& caps) {
  const auto stored = *parse(text);
  // RFC 9106 section 3.1: 8 blocks a lane at least.
  return stored.memory_kib <= caps.max_memory_kib && stored.iterations <= caps.max_iterations &&
         stored.lanes <= kMaxLanes && stored.memory_kib / 8 >= stored.lanes;
}

bool matches(const base::Secret& password, std::string_view text, HashMemory& memory) {
  const auto lease = memory.acquire(bytes_of(parse(text)->memory_kib));
  const SodiumMemory lent(lease.bytes());
  const auto guess = password.expose();
  errno = 0;
  if (crypto_pwhash_str_verify(std::string(text).c_str(), guess.data(), guess.size()) == 0) return true;
  // libsodium says -1 for "another password" and for "no memory" alike; only one of them is an answer.
  if (errno == ENOMEM) throw base::Unavailable("hash_memory");
  return false;
}

bool behind(std::string_view text, const PasswordCost& today) {
  const auto stored = *parse(text);
  return stored.argon2i || today.kind != PasswordCost::Kind::argon2id || stored.memory_kib < today.memory_kib ||
         stored.iterations < today.iterations;
}

}  // namespace

const PasswordScheme kArgon2Scheme{recognises, affordable, matches, behind, kMaxPasswordBytes};

std::string argon2id_hash(const base::Secret& password, const PasswordCost& cost, HashMemory& memory) {
  const auto lease = memory.acquire(bytes_of(cost.memory_kib));
  const SodiumMemory lent(lease.bytes());
  std::array<char, crypto_pwhash_argon2id_STRBYTES> out{};
  const auto text = password.expose();
  if (crypto_pwhash_argon2id_str(out.data(), text.data(), text.size(), cost.iterations, bytes_of(cost.memory_kib)) !=
      0) {
    throw base::Unavailable("hash_memory");
  }
  return out.data();
}

std::string argon2id_nobody(const PasswordCost& cost) {
  return "$argon2id$v=19$m=" + std::to_string(cost.memory_kib) + ",t=" + std::to_string(cost.iterations) +
         ",p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
}

}  // namespace gatehouse::crypto
