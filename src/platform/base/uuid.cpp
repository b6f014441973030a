#include "platform/base/uuid.hpp"

#include "platform/base/encoding.hpp"

namespace gatehouse::base {
namespace {

void set_version(std::array<std::uint8_t, 16>& data, std::uint8_t version) {
  data[6] = static_cast<std::uint8_t>((data[6] & 0x0FU) | (version << 4U));
  data[8] = static_cast<std::uint8_t>((data[8] & 0x3FU) | 0x80U);
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

}  // namespace

Uuid Uuid::v7(const Clock& clock, Random& random) {
  Uuid id;
  random.fill(id.data_.data(), id.data_.size());
  const auto ms = static_cast<std::uint64_t>(to_unix_ms(clock.now()));
  for (unsigned i = 0; i < 6; ++i) id.data_[i] = static_cast<std::uint8_t>(ms >> (40U - 8U * i));
  set_version(id.data_, 7);
  return id;
}

Uuid Uuid::random(Random& random) {
  Uuid id;
  random.fill(id.data_.data(), id.data_.size());
  set_version(id.data_, 4);
  return id;
}

std::optional<Uuid> Uuid::parse(std::string_view text) {
  if (text.size() != 36) return std::nullopt;
  Uuid id;
  std::size_t byte = 0;
  for (std::size_t i = 0; i < text.size();) {
    if (i == 8 || i == 13 || i == 18 || i == 23) {
      if (text[i++] != '-') return std::nullopt;
      continue;
    }
    const int high = hex_value(text[i]);
    const int low = hex_value(text[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    id.data_[byte++] = static_cast<std::uint8_t>((high << 4) | low);
    i += 2;
  }
  return id;
}

std::optional<Uuid> Uuid::from_bytes(std::string_view bytes) {
  if (bytes.size() != 16) return std::nullopt;
  Uuid id;
  std::memcpy(id.data_.data(), bytes.data(), 16);
  return id;
}

std::string Uuid::to_string() const {
  const std::string hex = hex_encode(bytes());
  std::string out;
  out.reserve(36);
  for (std::size_t i = 0; i < hex.size(); ++i) {
    if (i == 8 || i == 12 || i == 16 || i == 20) out.push_back('-');
    out.push_back(hex[i]);
  }
  return out;
}

}  // namespace gatehouse::base
