#include <sodium.h>

#include <array>
#include <cerrno>
#include <charconv>

#include "crypto/password_hash.hpp"
#include "platform/base/unavailable.hpp"

// Argon2id, RFC 9106, in the PHC string format.
namespace gatehouse::crypto {
namespace {

constexpr std::size_t kMaxStoredBytes = 256;

bool consume(std::string_view& text, std::string_view literal) {
  if (!text.starts_with(literal)) return false;
  text.remove_prefix(literal.size());
  return true;
}

std::optional<unsigned> consume_number(std::string_view& text) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  // `m=007` would be a second spelling of the same hash.
  if (error != std::errc() || text.front() == '0') return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return value;
}

bool is_base64(std::string_view text) {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  return !text.empty() && text.find_first_not_of(kAlphabet) == std::string_view::npos;
}

}  // namespace

std::optional<Argon2Parameters> parse_argon2id(std::string_view stored) {
  if (stored.size() > kMaxStoredBytes || !consume(stored, "$argon2id$v=19$m=")) return std::nullopt;
  const auto memory = consume_number(stored);
  if (!memory || !consume(stored, ",t=")) return std::nullopt;
  const auto iterations = consume_number(stored);
  if (!iterations || !consume(stored, ",p=")) return std::nullopt;
  const auto lanes = consume_number(stored);
  if (!lanes || !consume(stored, "$")) return std::nullopt;
  const auto dollar = stored.find('$');
  if (dollar == std::string_view::npos || !is_base64(stored.substr(0, dollar)) ||
      !is_base64(stored.substr(dollar + 1))) {
    return std::nullopt;
  }
  return Argon2Parameters{*memory, *iterations, *lanes};
}

std::string argon2id_hash(const base::Secret& password, unsigned memory_kib, unsigned iterations) {
  std::array<char, crypto_pwhash_argon2id_STRBYTES> out{};
  const auto text = password.expose();
  const auto memory_bytes = static_cast<std::size_t>(memory_kib) * 1024;
  if (crypto_pwhash_argon2id_str(out.data(), text.data(), text.size(), iterations, memory_bytes) != 0) {
    throw base::Unavailable("hash_memory");
  }
  return out.data();
}

bool argon2id_matches(const base::Secret& password, const std::string& stored) {
  const auto text = password.expose();
  errno = 0;
  if (crypto_pwhash_argon2id_str_verify(stored.c_str(), text.data(), text.size()) == 0) return true;
  // libsodium says -1 for "another password" and for "no memory" alike; only one of them is an answer.
  if (errno == ENOMEM) throw base::Unavailable("hash_memory");
  return false;
}

std::string argon2id_nobody(unsigned memory_kib, unsigned iterations) {
  return "$argon2id$v=19$m=" + std::to_string(memory_kib) + ",t=" + std::to_string(iterations) +
         ",p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
}

}  // namespace gatehouse::crypto
