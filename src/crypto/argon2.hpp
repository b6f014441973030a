#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

// Argon2 version 0x13, RFC 9106, computed in memory that the caller keeps; internal to this folder. Why this is not a
// library's: docs/adr/0025-argon2-in-kept-memory.md.
namespace gatehouse::crypto {

enum class Argon2Type : std::uint32_t { argon2i = 1, argon2id = 2 };

struct Argon2Parameters {
  unsigned memory_kib = 0;  // m: at least 8 a lane
  unsigned iterations = 0;  // t: at least 1
  unsigned lanes = 0;       // p: computed one after the other, whatever their number
};

struct Argon2Input {
  std::string_view password;
  std::string_view salt;
  std::string_view secret{};           // K
  std::string_view associated_data{};  // X
};

// Which instructions compute it. All give the same result.
enum class Argon2Core { portable, avx2, avx512 };

// What this processor can run, the fastest last; never empty.
[[nodiscard]] std::span<const Argon2Core> argon2_cores();

// Writes the tag. `memory` holds memory_kib KiB, aligned to 64 bytes; of what was in it before nothing counts.
// Afterwards the first slice of each lane is wiped: without it, nobody who reads the rest can test a guess for much
// less than what the hash costs. REQUIRES: parameters as above, a tag of 4 to 512 bytes, a core of argon2_cores().
// Thread-safe.
void argon2(Argon2Type type, const Argon2Parameters& parameters, const Argon2Input& input, std::span<std::byte> memory,
            std::span<unsigned char> tag, Argon2Core core = argon2_cores().back());

}  // namespace gatehouse::crypto
