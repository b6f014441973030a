#include "crypto/unix_crypt.hpp"

#include <crypt.h>
#include <sodium.h>

#include <cerrno>
#include <memory>

#include "platform/base/unavailable.hpp"

namespace gatehouse::crypto {
namespace {

struct WipeAndFree {
  void operator()(crypt_data* data) const noexcept {
    sodium_memzero(data, sizeof *data);
    delete data;
  }
};

}  // namespace

std::string unix_crypt(const base::Secret& password, const std::string& setting) {
  // 32 KiB of working memory: on the heap, not on a pool thread's stack.
  const std::unique_ptr<crypt_data, WipeAndFree> data(new crypt_data{});
  const base::Secret terminated(std::string(password.expose()) + '\0');
  errno = 0;
  const char* const result = crypt_rn(terminated.expose().data(), setting.c_str(), data.get(), sizeof *data);
  if (result == nullptr && errno == ENOMEM) throw base::Unavailable("hash_memory");
  return result == nullptr ? std::string() : std::string(result);
}

}  // namespace gatehouse::crypto
