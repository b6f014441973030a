#include <crypt.h>
#include <sodium.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <memory>

#include "crypto/password_hash.hpp"
#include "platform/base/unavailable.hpp"

// bcrypt through libxcrypt. `$2x$` (a broken implementation of old) is left out on purpose.
namespace gatehouse::crypto {
namespace {

constexpr std::size_t kSettingBytes = 29;  // `$2b$NN$` and 22 characters of salt
constexpr std::size_t kStoredBytes = 60;

struct WipeAndFree {
  void operator()(crypt_data* data) const noexcept {
    sodium_memzero(data, sizeof *data);
    delete data;
  }
};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Empty when libxcrypt refuses the setting. 32 KiB of working memory: on the heap, not on a pool thread's stack.
std::string run_bcrypt(const base::Secret& password, const std::string& setting) {
  const std::unique_ptr<crypt_data, WipeAndFree> data(new crypt_data{});
  base::Secret terminated(std::string(password.expose()) + '\0');
  errno = 0;
  const char* const result = crypt_rn(terminated.expose().data(), setting.c_str(), data.get(), sizeof *data);
  if (result == nullptr && errno == ENOMEM) throw base::Unavailable("hash_memory");
  return result == nullptr ? std::string() : std::string(result);
}

}  // namespace

std::optional<unsigned> parse_bcrypt(std::string_view stored) {
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

std::string bcrypt_hash(const base::Secret& password, unsigned cost) {
  std::array<char, 16> salt{};
  std::array<char, CRYPT_GENSALT_OUTPUT_SIZE> setting{};
  randombytes_buf(salt.data(), salt.size());
  if (crypt_gensalt_rn("$2b$", cost, salt.data(), salt.size(), setting.data(), setting.size()) == nullptr) {
    std::abort();
  }
  auto hash = run_bcrypt(password, setting.data());
  if (hash.empty()) std::abort();
  return hash;
}

bool bcrypt_matches(const base::Secret& password, const std::string& stored) {
  return base::equal_in_constant_time(run_bcrypt(password, stored.substr(0, kSettingBytes)), stored);
}

std::string bcrypt_nobody(unsigned cost) {
  return std::string("$2b$") + (cost < 10 ? "0" : "") + std::to_string(cost) + "$" + std::string(22, '.') +
         std::string(31, '.');
}

}  // namespace gatehouse::crypto
