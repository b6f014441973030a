#include <crypt.h>
#include <sodium.h>

#include <array>
#include <cstdlib>
#include <optional>

#include "crypto/password_scheme.hpp"
#include "crypto/unix_crypt.hpp"

// bcrypt through libxcrypt. `$2x$` (a broken implementation of old) is left out on purpose.
namespace gatehouse::crypto {
namespace {

constexpr std::size_t kSettingBytes = 29;  // `$2b$NN$` and 22 characters of salt
constexpr std::size_t kStoredBytes = 60;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::optional<unsigned> parse_cost(std::string_view stored) {
  constexpr std::string_view kAlphabet = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  if (stored.size() != kStoredBytes || !stored.starts_with("$2") || stored[3] != '$' || stored[6] != '$' ||
      (stored[2] != 'a' && stored[2] != 'b' && stored[2] != 'y') || !is_digit(stored[4]) || !is_digit(stored[5]) ||
      stored.substr(7).find_first_not_of(kAlphabet) != std::string_view::npos) {
    return std::nullopt;
  }
  const auto cost = static_cast<unsigned>((stored[4] - '0') * 10 + (stored[5] - '0'));
  if (cost < 4 || cost > 31) return std::nullopt;
  return cost;
}

bool recognises(std::string_view stored) { return parse_cost(stored).has_value(); }

bool affordable(std::string_view stored, const PasswordCaps& caps) {
  return *parse_cost(stored) <= caps.max_bcrypt_cost;
}

bool matches(const base::Secret& password, std::string_view stored, HashMemory& /*needs next to none*/) {
  return base::equal_in_constant_time(unix_crypt(password, std::string(stored.substr(0, kSettingBytes))), stored);
}

bool behind(std::string_view stored, const PasswordCost& today) {
  return today.kind != PasswordCost::Kind::bcrypt || *parse_cost(stored) < today.bcrypt_cost;
}

}  // namespace

const PasswordScheme kBcryptScheme{recognises, affordable, matches, behind, kBcryptMaxBytes};

std::string bcrypt_hash(const base::Secret& password, const PasswordCost& cost) {
  std::array<char, 16> salt{};
  std::array<char, CRYPT_GENSALT_OUTPUT_SIZE> setting{};
  randombytes_buf(salt.data(), salt.size());
  if (crypt_gensalt_rn("$2b$", cost.bcrypt_cost, salt.data(), salt.size(), setting.data(), setting.size()) == nullptr) {
    std::abort();
  }
  auto hash = unix_crypt(password, setting.data());
  if (hash.empty()) std::abort();
  return hash;
}

std::string bcrypt_nobody(const PasswordCost& cost) {
  return std::string("$2b$") + (cost.bcrypt_cost < 10 ? "0" : "") + std::to_string(cost.bcrypt_cost) + "$" +
         std::string(22, '.') + std::string(31, '.');
}

}  // namespace gatehouse::crypto
