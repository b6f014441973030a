#include "platform/limits/shared/shared_keys.hpp"

#include <sodium.h>

#include <cstdlib>
#include <cstring>
#include <utility>

#include "platform/base/encoding.hpp"

namespace gatehouse::limits {
namespace {

const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

}  // namespace

SharedKeys::SharedKeys(base::Secret key) : key_(std::move(key)) {
  if (key_.size() != crypto_auth_hmacsha256_KEYBYTES) std::abort();
}

std::string SharedKeys::mac(std::string_view purpose, std::string_view subject) const {
  // The purpose's length stands first, so that no subject can continue it.
  const auto length = static_cast<unsigned char>(purpose.size());
  crypto_auth_hmacsha256_state state;
  crypto_auth_hmacsha256_init(&state, bytes_of(key_.expose()), key_.size());
  crypto_auth_hmacsha256_update(&state, &length, 1);
  crypto_auth_hmacsha256_update(&state, bytes_of(purpose), purpose.size());
  crypto_auth_hmacsha256_update(&state, bytes_of(subject), subject.size());
  std::string out(crypto_auth_hmacsha256_BYTES, '\0');
  crypto_auth_hmacsha256_final(&state, reinterpret_cast<unsigned char*>(out.data()));
  sodium_memzero(&state, sizeof(state));
  out.resize(16);
  return out;
}

std::string SharedKeys::name_of(std::string_view purpose, std::string_view subject) const {
  return base::hex_encode(mac(purpose, subject));
}

std::uint64_t SharedKeys::number_of(std::string_view purpose, std::string_view subject) const {
  std::uint64_t number = 0;
  std::memcpy(&number, mac(purpose, subject).data(), sizeof(number));
  return number;
}

}  // namespace gatehouse::limits
