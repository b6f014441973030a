#include "crypto/argon2_fill.hpp"

#include <sodium.h>

#include <bit>

// Everything below argon2_fill() is inlined into one function for each set of instructions, which compiles it anew:
// the code says what happens to eight words at once, the compiler what registers this processor has for that.
namespace gatehouse::crypto {
namespace {

#define GATEHOUSE_INLINE [[gnu::always_inline]] inline

// Eight words; where registers are smaller, the compiler takes several. [[gnu::may_alias]]: it reads Argon2Block.
using Vector [[gnu::vector_size(64), gnu::may_alias]] = std::uint64_t;
constexpr std::size_t kVectors = sizeof(Argon2Block) / sizeof(Vector);

GATEHOUSE_INLINE Vector& vector(Argon2Block& block, std::size_t i) {
  return *reinterpret_cast<Vector*>(&block.words[i * 8]);
}
GATEHOUSE_INLINE const Vector& vector(const Argon2Block& block, std::size_t i) {
  return *reinterpret_cast<const Vector*>(&block.words[i * 8]);
}

template <int kBits>
GATEHOUSE_INLINE void rotate(Vector& x) {
  x = (x >> kBits) | (x << (64 - kBits));
}

template <int... kFrom>
GATEHOUSE_INLINE void permute(Vector& x) {
  x = __builtin_shufflevector(x, x, kFrom...);
}

// BLAKE2b's addition with a multiplication in it, section 3.6.
GATEHOUSE_INLINE void add(Vector& a, const Vector& b) {
  constexpr std::uint64_t kLow = 0xffff'ffff;
  a += b + 2 * ((a & kLow) * (b & kLow));
}

GATEHOUSE_INLINE void mix(Vector& a, Vector& b, Vector& c, Vector& d) {
  add(a, b);
  d ^= a;
  rotate<32>(d);
  add(c, d);
  b ^= c;
  rotate<24>(b);
  add(a, b);
  d ^= a;
  rotate<16>(d);
  add(c, d);
  b ^= c;
  rotate<63>(b);
}

// The permutation P on two rows: columns of their 4×4 words, then diagonals.
GATEHOUSE_INLINE void mix_rows(Vector& a, Vector& b, Vector& c, Vector& d) {
  mix(a, b, c, d);
  permute<1, 4, 3, 6, 5, 0, 7, 2>(b);
  permute<4, 5, 6, 7, 0, 1, 2, 3>(c);
  permute<5, 0, 7, 2, 1, 4, 3, 6>(d);
  mix(a, b, c, d);
  permute<5, 0, 7, 2, 1, 4, 3, 6>(b);
  permute<4, 5, 6, 7, 0, 1, 2, 3>(c);
  permute<1, 4, 3, 6, 5, 0, 7, 2>(d);
}

// The same on two columns, whose words stand side by side.
GATEHOUSE_INLINE void mix_columns(Vector& a, Vector& b, Vector& c, Vector& d) {
  mix(a, b, c, d);
  permute<1, 2, 3, 0, 5, 6, 7, 4>(b);
  permute<2, 3, 0, 1, 6, 7, 4, 5>(c);
  permute<3, 0, 1, 2, 7, 4, 5, 6>(d);
  mix(a, b, c, d);
  permute<3, 0, 1, 2, 7, 4, 5, 6>(b);
  permute<2, 3, 0, 1, 6, 7, 4, 5>(c);
  permute<1, 2, 3, 0, 5, 6, 7, 4>(d);
}

// G, section 3.5. From the second pass on, what was in `into` is added (section 3.4, step 6).
GATEHOUSE_INLINE void compress(const Argon2Block& x, const Argon2Block& y, Argon2Block& into, bool onto_old) {
  Vector state[kVectors];
  Vector result[kVectors];
  for (std::size_t i = 0; i < kVectors; ++i) {
    state[i] = result[i] = vector(x, i) ^ vector(y, i);
    if (onto_old) result[i] ^= vector(into, i);
  }
  for (std::size_t i = 0; i < kVectors; i += 4) mix_rows(state[i], state[i + 1], state[i + 2], state[i + 3]);
  for (std::size_t i = 0; i < 4; ++i) mix_columns(state[i], state[i + 4], state[i + 8], state[i + 12]);
  for (std::size_t i = 0; i < kVectors; ++i) vector(into, i) = result[i] ^ state[i];
}

// Addresses that do not depend on the password, section 3.4.1.2.
class IndependentAddresses {
 public:
  GATEHOUSE_INLINE IndependentAddresses(const Argon2Matrix& matrix, const Argon2Segment& segment) {
    word(input_, 0) = segment.pass;
    word(input_, 1) = segment.lane;
    word(input_, 2) = segment.slice;
    word(input_, 3) = std::uint64_t{matrix.lane_length()} * matrix.lanes;
    word(input_, 4) = matrix.passes;
    word(input_, 5) = static_cast<std::uint64_t>(matrix.type);
  }
  GATEHOUSE_INLINE std::uint64_t at(std::uint32_t index) {
    constexpr std::uint32_t kPerBlock = 128;
    if (const std::uint64_t counter = index / kPerBlock + 1; word(input_, 6) != counter) {
      word(input_, 6) = counter;
      const Argon2Block zero{};
      compress(zero, input_, addresses_, false);
      compress(zero, addresses_, addresses_, false);
    }
    return word(addresses_, index % kPerBlock);
  }

 private:
  Argon2Block input_{};
  Argon2Block addresses_{};
};

// The block that `address` means for the block at `index` of the segment, section 3.4.1.
GATEHOUSE_INLINE const Argon2Block& reference(const Argon2Matrix& matrix, const Argon2Segment& segment,
                                              std::uint32_t index, std::uint64_t address) {
  const bool first_slice = segment.pass == 0 && segment.slice == 0;
  const auto lane = first_slice ? segment.lane : static_cast<std::uint32_t>(address >> 32) % matrix.lanes;
  // What is finished: of this lane all but the block before, of others the whole segments (less one at a start).
  std::uint32_t finished = (segment.pass == 0 ? segment.slice : 3) * matrix.segment_length;
  if (lane == segment.lane) {
    finished += index - 1;
  } else if (index == 0) {
    --finished;
  }
  const std::uint64_t j1 = address & 0xffff'ffff;
  const auto back = static_cast<std::uint32_t>((finished * ((j1 * j1) >> 32)) >> 32);
  const std::uint32_t start = segment.pass == 0 ? 0 : (segment.slice + 1) % 4 * matrix.segment_length;
  return matrix.lane(lane)[(start + finished - 1 - back) % matrix.lane_length()];
}

GATEHOUSE_INLINE void fill(const Argon2Matrix& matrix, const Argon2Segment& segment) {
  const bool independent =
      matrix.type == Argon2Type::argon2i || (segment.pass == 0 && segment.slice < 2);  // of argon2id: half a pass
  IndependentAddresses addresses(matrix, segment);
  Argon2Block* const lane = matrix.lane(segment.lane);
  for (std::uint32_t i = segment.pass == 0 && segment.slice == 0 ? 2 : 0; i < matrix.segment_length; ++i) {
    const std::uint32_t at = segment.slice * matrix.segment_length + i;
    const Argon2Block& before = lane[at == 0 ? matrix.lane_length() - 1 : at - 1];
    const std::uint64_t address = independent ? addresses.at(i) : word(before, 0);
    const Argon2Block& other = reference(matrix, segment, i, address);
    // Two calls, so that the first pass, which adds nothing, is compiled without it.
    if (segment.pass == 0) {
      compress(before, other, lane[at], false);
    } else {
      compress(before, other, lane[at], true);
    }
  }
}

#if defined(__x86_64__)
[[gnu::target("avx512f")]] void fill_avx512(const Argon2Matrix& matrix, const Argon2Segment& segment) {
  fill(matrix, segment);
}
[[gnu::target("avx2")]] void fill_avx2(const Argon2Matrix& matrix, const Argon2Segment& segment) {
  fill(matrix, segment);
}
#endif
void fill_portable(const Argon2Matrix& matrix, const Argon2Segment& segment) { fill(matrix, segment); }

}  // namespace

std::span<const Argon2Core> argon2_cores() {
  static constexpr std::array kCores{Argon2Core::portable, Argon2Core::avx2, Argon2Core::avx512};
#if defined(__x86_64__)
  static const std::size_t known = [] {
    if (sodium_init() < 0 || sodium_runtime_has_avx2() == 0) return 1;
    return sodium_runtime_has_avx512f() == 0 ? 2 : 3;
  }();
  return std::span(kCores).first(known);
#else
  return std::span(kCores).first(1);
#endif
}

void argon2_fill(const Argon2Matrix& matrix, const Argon2Segment& segment, Argon2Core core) {
  static_assert(std::endian::native == std::endian::little, "blocks are read as they lie in memory");
#if defined(__x86_64__)
  if (core == Argon2Core::avx512) return fill_avx512(matrix, segment);
  if (core == Argon2Core::avx2) return fill_avx2(matrix, segment);
#endif
  fill_portable(matrix, segment);
}

}  // namespace gatehouse::crypto
