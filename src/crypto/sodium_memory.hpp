#pragma once

#include <cstddef>
#include <span>

namespace gatehouse::crypto {

// Lends memory to libsodium's Argon2, which would otherwise map 19 MiB anew for each hash, have the system clear it,
// and unmap it: a third of the time a hash takes. libsodium has no parameter for it, so its calls of mmap and munmap
// come to us (-Wl,--wrap, see CMakeLists.txt); everybody else's pass through. ADR 25.
//
// While it lives, the first mapping that this thread asks for and that fits is the lent memory; when libsodium unmaps
// it, all of it is wiped. Internal to this folder. REQUIRES: one a thread at a time; the memory outlives it, is
// writable, and begins at a page. What is in it before does not matter: Argon2 writes every block before it reads it
// (RFC 9106, 3.2).
class SodiumMemory {
 public:
  explicit SodiumMemory(std::span<std::byte> lent) noexcept;
  ~SodiumMemory();
  SodiumMemory(const SodiumMemory&) = delete;
  SodiumMemory& operator=(const SodiumMemory&) = delete;

  // Whether libsodium has taken it. Where it has not, it has mapped memory of its own: slower, and as right.
  [[nodiscard]] static bool taken() noexcept;
};

}  // namespace gatehouse::crypto
