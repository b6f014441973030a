#include "identity/defence/password_filter.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

#include "crypto/mac.hpp"
#include "platform/base/encoding.hpp"

// The shipped filter lies in the program's read-only data: the loader maps it, and nobody copies it.
__asm__(
    ".pushsection .rodata\n"
    ".balign 64\n"
    ".global gatehouse_common_passwords_begin\n"
    "gatehouse_common_passwords_begin:\n"
    ".incbin \"" GATEHOUSE_COMMON_PASSWORDS
    "\"\n"
    ".global gatehouse_common_passwords_end\n"
    "gatehouse_common_passwords_end:\n"
    ".byte 0\n"
    ".popsection\n");
extern "C" {
extern const char gatehouse_common_passwords_begin[];  // NOLINT(*-avoid-c-arrays): a symbol of the assembler
extern const char gatehouse_common_passwords_end[];    // NOLINT(*-avoid-c-arrays)
}

namespace gatehouse::identity {
namespace {

constexpr std::uint64_t kMaxHashes = 32;

}  // namespace

const char* to_string(PasswordFilterError error) {
  switch (error) {
    case PasswordFilterError::cannot_read: return "can't be read";
    case PasswordFilterError::not_a_filter: return "was not made by `gatehouse password-filter build`, or is cut short";
  }
  return "unknown";
}

base::Result<PasswordFilter, PasswordFilterError> PasswordFilter::view(std::string_view bytes,
                                                                       std::shared_ptr<const void> mapping) {
  if (bytes.size() < kHeaderBytes || !bytes.starts_with(kMagic)) return PasswordFilterError::not_a_filter;
  const std::uint64_t bits = base::decode_u64(bytes.substr(8, 8));
  PasswordFilter filter;
  filter.hashes_ = base::decode_u64(bytes.substr(16, 8));
  filter.entries_ = base::decode_u64(bytes.substr(24, 8));
  filter.bits_ = bytes.substr(kHeaderBytes);
  filter.mapping_ = std::move(mapping);
  const bool fits = bits != 0 && bits % 8 == 0 && bits / 8 == filter.bits_.size();
  if (!fits || filter.hashes_ == 0 || filter.hashes_ > kMaxHashes) return PasswordFilterError::not_a_filter;
  return filter;
}

base::Result<PasswordFilter, PasswordFilterError> PasswordFilter::open(const std::filesystem::path& file) {
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return PasswordFilterError::cannot_read;
  struct stat found {};
  const bool regular = ::fstat(descriptor, &found) == 0 && S_ISREG(found.st_mode);
  const auto size = regular ? static_cast<std::size_t>(found.st_size) : 0;
  void* mapped = size == 0 ? MAP_FAILED : ::mmap(nullptr, size, PROT_READ, MAP_SHARED, descriptor, 0);
  ::close(descriptor);
  if (!regular) return PasswordFilterError::cannot_read;
  if (mapped == MAP_FAILED) return size == 0 ? PasswordFilterError::not_a_filter : PasswordFilterError::cannot_read;
  // Twelve bits anywhere in the file: reading ahead would only fill the memory.
  ::madvise(mapped, size, MADV_RANDOM);
  std::shared_ptr<const void> mapping(mapped, [size](const void* at) { ::munmap(const_cast<void*>(at), size); });
  return view({static_cast<const char*>(mapped), size}, std::move(mapping));
}

const PasswordFilter& PasswordFilter::shipped() {
  static const PasswordFilter filter = [] {
    auto built_in = view({gatehouse_common_passwords_begin, gatehouse_common_passwords_end}, nullptr);
    if (!built_in) std::abort();
    return std::move(*built_in);
  }();
  return filter;
}

// Kirsch and Mitzenmacher: two halves of one hash serve as any number of hashes.
std::uint64_t PasswordFilter::bit(std::string_view sha1, std::uint64_t i, std::uint64_t bits) {
  const std::uint64_t first = base::decode_u64(sha1.substr(0, 8));
  const std::uint64_t step = base::decode_u64(sha1.substr(8, 8)) | 1U;
  return (first + i * step) % bits;
}

bool PasswordFilter::contains_hash(std::string_view sha1) const {
  for (std::uint64_t i = 0; i < hashes_; ++i) {
    const std::uint64_t at = bit(sha1, i, bits_.size() * 8);
    if ((static_cast<unsigned char>(bits_[at / 8]) >> (at % 8) & 1U) == 0) return false;
  }
  return true;
}

bool PasswordFilter::contains(const base::Secret& prepared) const {
  if (contains_hash(crypto::sha1(prepared.expose()))) return true;
  std::string lower(prepared.expose());
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  const bool found = contains_hash(crypto::sha1(lower));
  base::wipe(lower);
  return found;
}

}  // namespace gatehouse::identity
