#pragma once

#include <memory>
#include <string_view>

namespace gatehouse::crypto {

// Checks ECDSA signatures of one key on P-256 (FIPS 186-5 section 6.4.2) in about half of the time OpenSSL takes. A
// check adds a multiple of the base point to a multiple of the public key. OpenSSL has multiples of the base point
// ready; here it makes them of the public key as well, once, which is worth it for the few keys that every token of an
// installation is signed with. All field and point arithmetic is OpenSSL's. Immutable, thread-safe.
class P256Table {
 public:
  // 152 KiB, and some 10 ms: not for an event loop. `point`: 65 bytes, uncompressed. REQUIRES: it is on the curve.
  explicit P256Table(std::string_view point);
  ~P256Table();
  P256Table(const P256Table&) = delete;
  P256Table& operator=(const P256Table&) = delete;

  // `digest`: 32 bytes. `r`, `s`: 32 bytes, big-endian; REQUIRES: both in 1 … n-1. Not constant-time: all is public.
  [[nodiscard]] bool verify(std::string_view digest, std::string_view r, std::string_view s) const;

 private:
  struct Groups;
  std::unique_ptr<const Groups> groups_;
};

}  // namespace gatehouse::crypto
