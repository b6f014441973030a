#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "platform/base/random.hpp"
#include "platform/base/secret.hpp"

namespace gatehouse::crypto {

// Authenticated encryption of what is kept at rest: XChaCha20-Poly1305-IETF, whose 192-bit nonce may be drawn at random
// for as many messages as one likes. Thread-safe. The key bytes are wiped when it goes.
//
// Sealed bytes: version (1 byte, 0x01) ‖ nonce (24) ‖ ciphertext and tag (plain + 16). `aad` is authenticated but not
// held: what names the place the value belongs to (table, row, column), so that one can't be moved to another.
class SealingKey {
 public:
  static constexpr std::size_t kBytes = 32;
  static constexpr std::size_t kOverhead = 1 + 24 + 16;

  [[nodiscard]] static SealingKey generate(base::Random& random);
  // Nothing unless exactly kBytes.
  [[nodiscard]] static std::optional<SealingKey> from_bytes(const base::Secret& key);
  // A key of its own for one purpose (see derive_key in mac.hpp).
  [[nodiscard]] static SealingKey derive(const base::Secret& master, std::string_view purpose);

  [[nodiscard]] std::string seal(std::string_view plain, std::string_view aad, base::Random& random) const;
  // Nothing when the bytes, the key or the `aad` is not the one they were sealed with; which of them does not show.
  [[nodiscard]] std::optional<base::Secret> open(std::string_view sealed, std::string_view aad) const;

  // For sealing this key under another one.
  [[nodiscard]] const base::Secret& bytes() const noexcept { return key_; }

 private:
  explicit SealingKey(base::Secret key) : key_(std::move(key)) {}
  base::Secret key_;
};

}  // namespace gatehouse::crypto
