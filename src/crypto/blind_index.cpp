#include "crypto/blind_index.hpp"

#include "crypto/mac.hpp"

namespace gatehouse::crypto {

std::string blind_index(const base::Secret& key, std::string_view normalised) {
  return hmac_sha256(key, normalised).substr(0, kBlindIndexBytes);
}

}  // namespace gatehouse::crypto
