#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "crypto/argon2.hpp"

// The inner loop of Argon2: RFC 9106 sections 3.3 to 3.6. Internal to argon2.cpp. Thread-safe.
namespace gatehouse::crypto {

// A block of 1 KiB, its 128 words in the order that the instructions like, not in the RFC's: see word().
struct alignas(64) Argon2Block {
  std::array<std::uint64_t, 128> words;
};

// Word `n` of the RFC's order. Seen as 8 rows of 16 words, a vector of eight words holds the same four columns of two
// rows, pairs of a row in turn: so rows and columns are mixed without moving words between the two.
inline std::uint64_t& word(Argon2Block& block, std::size_t n) {
  const std::size_t row = n / 16;
  const std::size_t column = n % 16;
  const std::size_t vector = row / 2 * 4 + column / 4;
  return block.words[vector * 8 + column % 4 / 2 * 4 + row % 2 * 2 + column % 2];
}
inline std::uint64_t word(const Argon2Block& block, std::size_t n) { return word(const_cast<Argon2Block&>(block), n); }

struct Argon2Matrix {
  Argon2Block* blocks = nullptr;
  Argon2Type type = Argon2Type::argon2id;
  std::uint32_t passes = 0;
  std::uint32_t lanes = 0;
  std::uint32_t segment_length = 0;  // blocks; a lane has four segments

  [[nodiscard]] std::uint32_t lane_length() const { return segment_length * 4; }
  [[nodiscard]] Argon2Block* lane(std::uint32_t number) const {
    return blocks + static_cast<std::size_t>(number) * lane_length();
  }
};

struct Argon2Segment {
  std::uint32_t pass = 0;
  std::uint32_t lane = 0;
  std::uint32_t slice = 0;  // 0 to 3
};

// REQUIRES: all segments before it are filled, and of the first the first two blocks.
void argon2_fill(const Argon2Matrix& matrix, const Argon2Segment& segment, Argon2Core core);

}  // namespace gatehouse::crypto
