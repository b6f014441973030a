// Packed password hashes: every text comes back as it was, and no bytes of a row harm who reads them.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "crypto/packed_hash.hpp"

namespace {

void expect(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace crypto = gatehouse::crypto;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto packed = crypto::pack_password_hash(bytes);
  expect(crypto::unpack_password_hash(packed) == bytes);
  expect(packed.size() <= size + 1);
  if (const auto text = crypto::unpack_password_hash(bytes)) {
    expect(text->size() <= 2 * size + 64);
    expect(crypto::unpack_password_hash(crypto::pack_password_hash(*text)) == text);
  }
  return 0;
}
