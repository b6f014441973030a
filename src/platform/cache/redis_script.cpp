#include "platform/cache/redis_script.hpp"

#include <openssl/evp.h>

#include <array>
#include <cstdlib>

#include "platform/base/encoding.hpp"

namespace gatehouse::cache {
namespace {

// A name, not a proof: SHA-1 is what Redis made of it.
std::string sha1_of(std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha1(), nullptr) != 1) std::abort();
  return base::hex_encode({reinterpret_cast<const char*>(digest.data()), size});
}

}  // namespace

RedisScript::RedisScript(std::string_view source) : source_(source), sha1_(sha1_of(source)) {}

}  // namespace gatehouse::cache
