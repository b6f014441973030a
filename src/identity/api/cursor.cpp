#include "identity/api/cursor.hpp"

#include "platform/base/encoding.hpp"

namespace gatehouse::identity {
namespace {

constexpr char kVersion = 'a';  // of what is inside, so that its form can change

}  // namespace

std::string encode_cursor(contract::AccountId last) {
  return base::base64url_encode(std::string(1, kVersion) + std::string(last.bytes()));
}

std::optional<contract::AccountId> decode_cursor(std::string_view text) {
  constexpr std::size_t kLength = 23;  // 17 bytes in base64url
  if (text.size() != kLength) return std::nullopt;
  const auto bytes = base::base64url_decode(text);
  if (!bytes || bytes->front() != kVersion) return std::nullopt;
  return contract::AccountId::from_bytes(std::string_view(*bytes).substr(1));
}

}  // namespace gatehouse::identity
