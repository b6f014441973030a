#include <sodium.h>

#include <array>
#include <optional>

#include "crypto/argon2.hpp"
#include "crypto/hash_text.hpp"
#include "crypto/password_scheme.hpp"

// Argon2id and Argon2i, RFC 9106, in the PHC string format.
namespace gatehouse::crypto {
namespace {

constexpr unsigned kMaxLanes = 16;
constexpr std::size_t kSaltBytes = 16;
constexpr std::size_t kTagBytes = 32;

struct Stored {
  Argon2Type type = Argon2Type::argon2id;
  Argon2Parameters parameters;
  std::string salt;
  std::string tag;
};

std::optional<Stored> parse(std::string_view text) {
  Stored stored;
  constexpr std::string_view kArgon2i = "$argon2i$";
  const bool argon2i = text.starts_with(kArgon2i);
  stored.type = argon2i ? Argon2Type::argon2i : Argon2Type::argon2id;
  HashText rest(text);
  rest.literal(argon2i ? kArgon2i : "$argon2id$");
  stored.parameters.memory_kib = rest.literal("v=19$m=").number();
  stored.parameters.iterations = rest.literal(",t=").number();
  stored.parameters.lanes = rest.literal(",p=").number();
  const auto salt = decode_hash_base64(rest.literal("$").field(), HashBase64::standard);
  const auto tag = decode_hash_base64(rest.last(), HashBase64::standard);
  // RFC 9106 section 3.1 asks for 8 bytes of salt and 4 of tag; so short a tag would match by chance.
  if (rest.failed() || !salt || !tag || salt->size() < 8 || tag->size() < 16 || tag->size() > 64) return std::nullopt;
  stored.salt = *salt;
  stored.tag = *tag;
  return stored;
}

std::string compute(const base::Secret& password, const Stored& stored, std::size_t tag_bytes, HashMemory& memory) {
  const auto lease = memory.acquire(std::size_t{stored.parameters.memory_kib} * 1024);
  std::string tag(tag_bytes, '\0');
  argon2(stored.type, stored.parameters, {.password = password.expose(), .salt = stored.salt}, lease.bytes(),
         {reinterpret_cast<unsigned char*>(tag.data()), tag.size()});
  return tag;
}

bool recognises(std::string_view stored) { return parse(stored).has_value(); }

bool affordable(std::string_view stored, const PasswordCaps& caps) {
  const auto [memory_kib, iterations, lanes] = parse(stored)->parameters;
  // RFC 9106 section 3.1: 8 blocks a lane at least.
  return memory_kib <= caps.max_memory_kib && iterations <= caps.max_iterations && lanes <= kMaxLanes &&
         memory_kib / 8 >= lanes;
}

bool matches(const base::Secret& password, std::string_view text, HashMemory& memory) {
  const auto stored = *parse(text);
  return base::equal_in_constant_time(compute(password, stored, stored.tag.size(), memory), stored.tag);
}

bool behind(std::string_view text, const PasswordCost& today) {
  const auto stored = *parse(text);
  return stored.type != Argon2Type::argon2id || today.kind != PasswordCost::Kind::argon2id ||
         stored.parameters.memory_kib < today.memory_kib || stored.parameters.iterations < today.iterations;
}

std::string write(const PasswordCost& cost, std::string_view salt, std::string_view tag) {
  return "$argon2id$v=19$m=" + std::to_string(cost.memory_kib) + ",t=" + std::to_string(cost.iterations) + ",p=1$" +
         encode_hash_base64(salt) + "$" + encode_hash_base64(tag);
}

}  // namespace

const PasswordScheme kArgon2Scheme{recognises, affordable, matches, behind, kMaxPasswordBytes};

std::string argon2id_hash(const base::Secret& password, const PasswordCost& cost, HashMemory& memory) {
  Stored fresh{.parameters = {cost.memory_kib, cost.iterations, 1}, .salt = std::string(kSaltBytes, '\0')};
  randombytes_buf(fresh.salt.data(), fresh.salt.size());
  return write(cost, fresh.salt, compute(password, fresh, kTagBytes, memory));
}

std::string argon2id_nobody(const PasswordCost& cost) {
  return write(cost, std::string(kSaltBytes, '\0'), std::string(kTagBytes, '\0'));
}

}  // namespace gatehouse::crypto
