#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// The first bytes of a sealed stream, which whoever opens it reads before anything is proven. Internal to this folder
// and to its fuzz target. Thread-safe.
namespace gatehouse::crypto {

// Layout, numbers big-endian: `GHBACKUP` ‖ version 0x01 ‖ kind ‖
//   kind 0x01: the stream's key in a sealed box for an X25519 key (80 bytes)
//   kind 0x02: Argon2id's salt (16), passes (4) and memory in KiB (4)
// ‖ the header of libsodium's secretstream (24).
struct SealedStreamHeader {
  static constexpr std::size_t kFixedBytes = 10;  // magic, version, kind
  static constexpr std::size_t kBoxBytes = 80;
  static constexpr std::size_t kSaltBytes = 16;
  static constexpr std::size_t kStreamBytes = 24;
  // Costs beyond these come from someone who wants to exhaust the reader, not from us.
  static constexpr std::uint32_t kMaxPasses = 16;
  static constexpr std::uint32_t kMaxMemoryKib = 1'048'576;

  enum class Kind : std::uint8_t { recipient = 1, passphrase = 2 };
  Kind kind = Kind::recipient;
  std::string box{};   // recipient
  std::string salt{};  // passphrase
  std::uint32_t passes = 0;
  std::uint32_t memory_kib = 0;
  std::string stream{};

  [[nodiscard]] std::string encode() const;
  // The length of the whole header that begins with these kFixedBytes; nothing when it is none of ours.
  [[nodiscard]] static std::optional<std::size_t> length(std::string_view fixed);
  // Exactly one header, no byte more. decode(x)->encode() == x.
  [[nodiscard]] static std::optional<SealedStreamHeader> decode(std::string_view bytes);
};

}  // namespace gatehouse::crypto
