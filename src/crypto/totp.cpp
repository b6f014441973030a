#include "crypto/totp.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include "platform/base/encoding.hpp"

namespace gatehouse::crypto {
namespace {

using Digest = std::array<unsigned char, 20>;

Digest hmac_sha1(const base::Secret& key, std::string_view message) {
  Digest digest{};
  unsigned size = 0;
  const auto* bytes = reinterpret_cast<const unsigned char*>(message.data());
  if (HMAC(EVP_sha1(), key.expose().data(), static_cast<int>(key.size()), bytes, message.size(), digest.data(),
           &size) == nullptr ||
      size != digest.size()) {
    std::abort();
  }
  return digest;
}

bool is_code(std::string_view text) {
  return text.size() == kTotpDigits &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

std::int64_t totp_step(base::TimePoint now) { return base::to_unix_seconds(now) / kTotpStep.count(); }

std::string hotp(const base::Secret& key, std::int64_t counter, int digits) {
  const Digest digest = hmac_sha1(key, base::encode_u64(static_cast<unsigned long long>(counter)));
  // Dynamic truncation: 31 bits from where the last four say.
  const std::size_t offset = digest.back() & 15U;
  std::uint32_t number = 0;
  for (std::size_t i = 0; i < 4; ++i) number = (number << 8U) | digest[offset + i];
  number &= 0x7FFF'FFFFU;
  std::string code(static_cast<std::size_t>(digits), '0');
  for (auto digit = code.rbegin(); digit != code.rend(); ++digit, number /= 10) {
    *digit = static_cast<char>('0' + number % 10);
  }
  return code;
}

std::optional<std::int64_t> check_totp(const base::Secret& key, std::string_view code, base::TimePoint now,
                                       std::int64_t last_used) {
  if (!is_code(code)) return std::nullopt;
  const std::int64_t current = totp_step(now);
  std::optional<std::int64_t> found;
  for (std::int64_t step = current - 1; step <= current + 1; ++step) {
    const bool equal = base::equal_in_constant_time(hotp(key, step), code);
    if (equal && step > last_used && !found) found = step;
  }
  return found;
}

}  // namespace gatehouse::crypto
