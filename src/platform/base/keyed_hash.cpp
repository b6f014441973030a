#include "platform/base/keyed_hash.hpp"

#include <sodium.h>

#include <array>

#include "platform/base/random.hpp"

namespace gatehouse::base {
namespace {

const std::array<unsigned char, crypto_shorthash_KEYBYTES>& process_key() {
  static const auto key = [] {
    std::array<unsigned char, crypto_shorthash_KEYBYTES> k{};
    SystemRandom().fill(k.data(), k.size());
    return k;
  }();
  return key;
}

}  // namespace

std::uint64_t keyed_hash(std::string_view bytes) noexcept {
  std::uint64_t out = 0;
  crypto_shorthash(reinterpret_cast<unsigned char*>(&out), reinterpret_cast<const unsigned char*>(bytes.data()),
                   bytes.size(), process_key().data());
  return out;
}

}  // namespace gatehouse::base
