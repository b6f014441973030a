#include <openssl/err.h>
#include <openssl/evp.h>

#include <optional>

#include "crypto/hash_text.hpp"
#include "crypto/password_scheme.hpp"
#include "crypto/unix_crypt.hpp"
#include "platform/base/unavailable.hpp"

// scrypt, RFC 7914: as passlib writes it, through OpenSSL, and as crypt(3) does, through libxcrypt.
namespace gatehouse::crypto {
namespace {

constexpr std::size_t kTagBytes = 32;
// Of N·r·p: twice what OWASP recommends, which is 2^20.
constexpr std::uint64_t kMaxWork = std::uint64_t{1} << 21;

struct Cost {
  std::uint32_t log_n = 0;
  std::uint32_t r = 0;
  std::uint32_t p = 0;

  // V, B and some of OpenSSL's own, RFC 7914 section 5 and 6.
  [[nodiscard]] std::uint64_t memory_bytes() const {
    return (std::uint64_t{128} * r << log_n) + std::uint64_t{128} * r * p + std::uint64_t{256} * r + 64;
  }
  // Far below where the sums could overflow; N must be above 1, RFC 7914 section 2.
  [[nodiscard]] bool sane() const { return log_n >= 1 && log_n <= 30 && r >= 1 && r <= 1024 && p >= 1 && p <= 1024; }
  [[nodiscard]] bool within(const PasswordCaps& caps) const {
    // A little above the cap: 128·N·r is a round number, and so is the cap.
    const std::uint64_t most = std::uint64_t{caps.max_memory_kib} * 1024 + (std::uint64_t{1} << 20);
    return sane() && memory_bytes() <= most && (std::uint64_t{r} * p << log_n) <= kMaxWork;
  }
};

// $scrypt$ln=16,r=8,p=1$salt$tag

struct Stored {
  Cost cost;
  std::string salt;
  std::string tag;
};

std::optional<Stored> parse(std::string_view text) {
  Stored stored;
  HashText rest(text);
  stored.cost.log_n = rest.literal("$scrypt$ln=").number();
  stored.cost.r = rest.literal(",r=").number();
  stored.cost.p = rest.literal(",p=").number();
  const auto salt = decode_hash_base64(rest.literal("$").field(), HashBase64::standard);
  const auto tag = decode_hash_base64(rest.last(), HashBase64::standard);
  if (rest.failed() || !salt || !tag || salt->empty() || tag->size() != kTagBytes) return std::nullopt;
  stored.salt = *salt;
  stored.tag = *tag;
  return stored;
}

bool recognises(std::string_view stored) { return parse(stored).has_value(); }

bool affordable(std::string_view stored, const PasswordCaps& caps) { return parse(stored)->cost.within(caps); }

bool matches(const base::Secret& password, std::string_view text, HashMemory& memory) {
  const auto stored = *parse(text);
  const auto bytes = stored.cost.memory_bytes();
  const auto lease = memory.reserve(bytes);
  std::string tag(kTagBytes, '\0');
  const auto given = password.expose();
  if (EVP_PBE_scrypt(given.data(), given.size(), reinterpret_cast<const unsigned char*>(stored.salt.data()),
                     stored.salt.size(), std::uint64_t{1} << stored.cost.log_n, stored.cost.r, stored.cost.p,
                     bytes + (std::uint64_t{1} << 20), reinterpret_cast<unsigned char*>(tag.data()), tag.size()) != 1) {
    ERR_clear_error();
    throw base::Unavailable("hash_memory");  // the parameters were checked: nothing else is left to fail
  }
  return base::equal_in_constant_time(tag, stored.tag);
}

bool always_behind(std::string_view, const PasswordCost&) { return true; }

// $7$Nrrrrrppppp…salt…$tag: numbers in six bits a character, the least significant first.

constexpr std::string_view kUnixAlphabet = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr std::size_t kUnixSettingBytes = 14;
constexpr std::size_t kUnixTagBytes = 43;

std::uint32_t unix_number(std::string_view digits) {
  std::uint32_t value = 0;
  for (std::size_t i = digits.size(); i-- > 0;) {
    value = value << 6 | static_cast<std::uint32_t>(kUnixAlphabet.find(digits[i]));
  }
  return value;
}

bool recognises_unix(std::string_view stored) {
  const auto dollar = stored.rfind('$');
  return stored.size() <= 256 && stored.starts_with("$7$") && dollar != std::string_view::npos &&
         dollar > kUnixSettingBytes && stored.size() == dollar + 1 + kUnixTagBytes &&
         stored.substr(3, dollar - 3).find_first_not_of(kUnixAlphabet) == std::string_view::npos &&
         stored.substr(dollar + 1).find_first_not_of(kUnixAlphabet) == std::string_view::npos;
}

Cost unix_cost(std::string_view stored) {
  return {unix_number(stored.substr(3, 1)), unix_number(stored.substr(4, 5)), unix_number(stored.substr(9, 5))};
}

bool affordable_unix(std::string_view stored, const PasswordCaps& caps) { return unix_cost(stored).within(caps); }

bool matches_unix(const base::Secret& password, std::string_view stored, HashMemory& memory) {
  const auto lease = memory.reserve(unix_cost(stored).memory_bytes());
  const std::string setting(stored.substr(0, stored.rfind('$')));
  return base::equal_in_constant_time(unix_crypt(password, setting), stored);
}

}  // namespace

const PasswordScheme kScryptScheme{recognises, affordable, matches, always_behind, kMaxPasswordBytes};
// libxcrypt takes 511 bytes of a password and refuses more.
const PasswordScheme kUnixScryptScheme{recognises_unix, affordable_unix, matches_unix, always_behind, 511};

}  // namespace gatehouse::crypto
