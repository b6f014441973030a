#include "crypto/argon2.hpp"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <initializer_list>

#include "crypto/argon2_fill.hpp"

namespace gatehouse::crypto {
namespace {

constexpr std::uint32_t kVersion = 0x13;
constexpr std::uint32_t kSlices = 4;

// BLAKE2b; forgets what it was given.
class Blake2b {
 public:
  explicit Blake2b(std::size_t bytes) { crypto_generichash_init(&state_, nullptr, 0, bytes); }
  ~Blake2b() { sodium_memzero(&state_, sizeof state_); }
  Blake2b(const Blake2b&) = delete;
  Blake2b& operator=(const Blake2b&) = delete;

  Blake2b& add(std::span<const unsigned char> bytes) {
    crypto_generichash_update(&state_, bytes.data(), bytes.size());
    return *this;
  }
  Blake2b& add(std::uint32_t number) {
    std::array<unsigned char, 4> bytes{};
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<unsigned char>(number >> (8 * i));
    return add(bytes);
  }
  Blake2b& add_with_length(std::string_view text) {
    add(static_cast<std::uint32_t>(text.size()));
    return add({reinterpret_cast<const unsigned char*>(text.data()), text.size()});
  }
  void finish(std::span<unsigned char> out) { crypto_generichash_final(&state_, out.data(), out.size()); }

 private:
  crypto_generichash_state state_;
};

// H', the hash of any length: section 3.3.
void long_hash(std::span<const unsigned char> input, std::span<unsigned char> out) {
  constexpr std::size_t kFull = 64;
  const auto length = static_cast<std::uint32_t>(out.size());
  if (out.size() <= kFull) return Blake2b(out.size()).add(length).add(input).finish(out);
  std::array<unsigned char, kFull> v{};
  Blake2b(kFull).add(length).add(input).finish(v);
  for (;;) {
    std::copy_n(v.begin(), kFull / 2, out.begin());
    out = out.subspan(kFull / 2);
    if (out.size() <= kFull) break;
    Blake2b(kFull).add(v).finish(v);
  }
  Blake2b(out.size()).add(v).finish(out);
  sodium_memzero(v.data(), v.size());
}

using BlockBytes = std::array<std::uint64_t, 128>;  // in the RFC's order

std::span<unsigned char> bytes_of(BlockBytes& block) {
  return {reinterpret_cast<unsigned char*>(block.data()), sizeof block};
}

// The first two blocks of each lane: section 3.2, steps 1 to 4.
void begin(const Argon2Matrix& matrix, const Argon2Parameters& parameters, const Argon2Input& input,
           std::size_t tag_bytes) {
  std::array<unsigned char, 64> h0{};
  Blake2b(h0.size())
      .add(parameters.lanes)
      .add(static_cast<std::uint32_t>(tag_bytes))
      .add(parameters.memory_kib)
      .add(parameters.iterations)
      .add(kVersion)
      .add(static_cast<std::uint32_t>(matrix.type))
      .add_with_length(input.password)
      .add_with_length(input.salt)
      .add_with_length(input.secret)
      .add_with_length(input.associated_data)
      .finish(h0);
  std::array<unsigned char, 72> seed{};
  std::copy(h0.begin(), h0.end(), seed.begin());
  BlockBytes first{};
  for (std::uint32_t lane = 0; lane < matrix.lanes; ++lane) {
    for (std::uint32_t column = 0; column < 2; ++column) {
      seed[64] = static_cast<unsigned char>(column);
      for (std::size_t i = 0; i < 4; ++i) seed[68 + i] = static_cast<unsigned char>(lane >> (8 * i));
      long_hash(seed, bytes_of(first));
      for (std::size_t i = 0; i < first.size(); ++i) word(matrix.lane(lane)[column], i) = first[i];
    }
  }
  sodium_memzero(h0.data(), h0.size());
  sodium_memzero(seed.data(), seed.size());
  sodium_memzero(first.data(), sizeof first);
}

// Section 3.2, step 7: the last block of every lane gives the tag.
void finish(const Argon2Matrix& matrix, std::span<unsigned char> tag) {
  BlockBytes last{};
  for (std::uint32_t lane = 0; lane < matrix.lanes; ++lane) {
    for (std::size_t i = 0; i < last.size(); ++i) last[i] ^= word(matrix.lane(lane)[matrix.lane_length() - 1], i);
  }
  long_hash(bytes_of(last), tag);
  sodium_memzero(last.data(), sizeof last);
}

}  // namespace

void argon2(Argon2Type type, const Argon2Parameters& parameters, const Argon2Input& input, std::span<std::byte> memory,
            std::span<unsigned char> tag, Argon2Core core) {
  const auto [memory_kib, iterations, lanes] = parameters;
  if (lanes < 1 || iterations < 1 || memory_kib / 8 < lanes || memory.size() / sizeof(Argon2Block) < memory_kib ||
      reinterpret_cast<std::uintptr_t>(memory.data()) % alignof(Argon2Block) != 0 || tag.size() < 4) {
    std::abort();
  }
  const Argon2Matrix matrix{.blocks = reinterpret_cast<Argon2Block*>(memory.data()),
                            .type = type,
                            .passes = iterations,
                            .lanes = lanes,
                            .segment_length = memory_kib / (kSlices * lanes)};
  begin(matrix, parameters, input, tag.size());
  for (std::uint32_t pass = 0; pass < iterations; ++pass) {
    for (std::uint32_t slice = 0; slice < kSlices; ++slice) {
      for (std::uint32_t lane = 0; lane < lanes; ++lane) argon2_fill(matrix, {pass, lane, slice}, core);
    }
  }
  finish(matrix, tag);
  for (std::uint32_t lane = 0; lane < lanes; ++lane) {
    sodium_memzero(matrix.lane(lane), matrix.segment_length * sizeof(Argon2Block));
  }
}

}  // namespace gatehouse::crypto
