#include "crypto/sealed_stream_header.hpp"

namespace gatehouse::crypto {
namespace {

constexpr std::string_view kMagic = "GHBACKUP\x01";  // with the version
using Header = SealedStreamHeader;

void append_u32(std::string& out, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift & 0xff);
}

std::uint32_t read_u32(std::string_view bytes) {
  std::uint32_t value = 0;
  for (const char c : bytes.substr(0, 4)) value = value << 8 | static_cast<unsigned char>(c);
  return value;
}

std::size_t variable_bytes(Header::Kind kind) {
  return kind == Header::Kind::recipient ? Header::kBoxBytes : Header::kSaltBytes + 8;
}

bool affordable(std::uint32_t passes, std::uint32_t memory_kib) {
  return passes >= 1 && passes <= Header::kMaxPasses && memory_kib >= 8 && memory_kib <= Header::kMaxMemoryKib;
}

}  // namespace

std::string SealedStreamHeader::encode() const {
  std::string bytes(kMagic);
  bytes += static_cast<char>(kind);
  if (kind == Kind::recipient) {
    bytes += box;
  } else {
    bytes += salt;
    append_u32(bytes, passes);
    append_u32(bytes, memory_kib);
  }
  return bytes + stream;
}

std::optional<std::size_t> SealedStreamHeader::length(std::string_view fixed) {
  if (fixed.size() < kFixedBytes || !fixed.starts_with(kMagic)) return std::nullopt;
  const auto kind = static_cast<Kind>(fixed[kMagic.size()]);
  if (kind != Kind::recipient && kind != Kind::passphrase) return std::nullopt;
  return kFixedBytes + variable_bytes(kind) + kStreamBytes;
}

std::optional<SealedStreamHeader> SealedStreamHeader::decode(std::string_view bytes) {
  const auto expected = length(bytes.substr(0, kFixedBytes));
  if (!expected || bytes.size() != *expected) return std::nullopt;
  SealedStreamHeader header{.kind = static_cast<Kind>(bytes[kMagic.size()])};
  auto rest = bytes.substr(kFixedBytes);
  if (header.kind == Kind::recipient) {
    header.box = rest.substr(0, kBoxBytes);
  } else {
    header.salt = rest.substr(0, kSaltBytes);
    header.passes = read_u32(rest.substr(kSaltBytes));
    header.memory_kib = read_u32(rest.substr(kSaltBytes + 4));
    if (!affordable(header.passes, header.memory_kib)) return std::nullopt;
  }
  header.stream = rest.substr(variable_bytes(header.kind));
  return header;
}

}  // namespace gatehouse::crypto
