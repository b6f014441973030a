#include "identity/defence/password_filter_builder.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>

#include "crypto/mac.hpp"
#include "identity/defence/password_filter.hpp"
#include "platform/base/encoding.hpp"

namespace gatehouse::identity {
namespace {

constexpr std::size_t kShortestPassword = 8;
constexpr std::size_t kSha1Bytes = 20;

int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

std::optional<std::string> read_sha1(std::string_view line) {
  const auto hex = line.substr(0, line.find(':'));
  if (hex.size() != 2 * kSha1Bytes) return std::nullopt;
  std::string bytes;
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    const int high = digit(hex[i]);
    const int low = digit(hex[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    bytes += static_cast<char>(high * 16 + low);
  }
  return bytes;
}

// Calls `on_entry` with the SHA-1 of each; the number of entries.
std::uint64_t each_entry(const std::filesystem::path& list, PasswordFilterBuilder::Lines lines,
                         const std::function<void(std::string_view)>& on_entry) {
  std::ifstream in(list, std::ios::binary);
  if (!in) throw std::runtime_error(list.string() + " can't be read");
  std::uint64_t entries = 0;
  std::uint64_t number = 0;
  for (std::string line; std::getline(in, line);) {
    ++number;
    if (line.ends_with('\r')) line.pop_back();
    if (lines == PasswordFilterBuilder::Lines::plain) {
      if (line.size() < kShortestPassword) continue;
      on_entry(crypto::sha1(line));
    } else {
      const auto sha1 = read_sha1(line);
      if (!sha1) throw std::runtime_error("line " + std::to_string(number) + " is not SHA-1 in hex digits");
      on_entry(*sha1);
    }
    ++entries;
  }
  if (in.bad()) throw std::runtime_error(list.string() + " can't be read to its end");
  return entries;
}

// A new file of a size, mapped for writing; taken away again unless it was kept.
class NewFile {
 public:
  NewFile(std::filesystem::path path, std::size_t size) : path_(std::move(path)), size_(size) {
    const int descriptor = ::open(path_.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (descriptor < 0) throw std::runtime_error(path_.string() + " can't be written");
    // The room is taken now: a disk that fills up while pages are written would end the program.
    const bool room = ::posix_fallocate(descriptor, 0, static_cast<off_t>(size_)) == 0;
    void* mapped = room ? ::mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0) : MAP_FAILED;
    ::close(descriptor);
    if (mapped == MAP_FAILED) {
      std::filesystem::remove(path_);
      throw std::runtime_error("there is no room for " + path_.string());
    }
    bytes_ = static_cast<char*>(mapped);
  }
  ~NewFile() {
    ::munmap(bytes_, size_);
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove(path_, ignored);
  }
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;

  [[nodiscard]] char* bytes() noexcept { return bytes_; }
  void keep_as(const std::filesystem::path& name) {
    if (::msync(bytes_, size_, MS_SYNC) != 0) throw std::runtime_error(path_.string() + " can't be written");
    std::filesystem::rename(path_, name);
    path_.clear();
  }

 private:
  std::filesystem::path path_;
  std::size_t size_;
  char* bytes_ = nullptr;
};

}  // namespace

std::uint64_t PasswordFilterBuilder::build(const std::filesystem::path& list, Lines lines,
                                           const std::filesystem::path& out) {
  const auto entries = each_entry(list, lines, [](std::string_view) {});
  if (entries == 0) throw std::runtime_error(list.string() + " holds no entry");
  const std::uint64_t bits = (entries * PasswordFilter::kBitsPerEntry + 7) / 8 * 8;
  NewFile file(out.string() + ".new", PasswordFilter::kHeaderBytes + bits / 8);
  const std::string header = std::string(PasswordFilter::kMagic) + base::encode_u64(bits) +
                             base::encode_u64(PasswordFilter::kHashes) + base::encode_u64(entries);
  std::memcpy(file.bytes(), header.data(), header.size());
  char* const filter = file.bytes() + PasswordFilter::kHeaderBytes;
  each_entry(list, lines, [&](std::string_view sha1) {
    for (std::uint64_t i = 0; i < PasswordFilter::kHashes; ++i) {
      const auto at = PasswordFilter::bit(sha1, i, bits);
      filter[at / 8] = static_cast<char>(static_cast<unsigned char>(filter[at / 8]) | 1U << (at % 8));
    }
  });
  file.keep_as(out);
  return entries;
}

}  // namespace gatehouse::identity
