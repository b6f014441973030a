#include "crypto/master_key.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include "platform/base/encoding.hpp"

namespace gatehouse::crypto {
namespace {

using base::Result;
using Kind = MasterKeyError::Kind;
namespace fs = std::filesystem;

constexpr std::size_t kKeyBytes = 32;
constexpr std::size_t kMaxFileBytes = 256;

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() { close(); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int get() const noexcept { return fd_; }
  void close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }

 private:
  int fd_;
};

MasterKeyError error(Kind kind, std::string what, std::string_view why) {
  return {kind, std::move(what.append(": ").append(why))};
}
MasterKeyError system_error(Kind kind, std::string what, int code) {
  return error(kind, std::move(what), std::generic_category().message(code));
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::optional<base::Secret> from_hex(std::string_view text) {
  std::string bytes;
  bytes.reserve(kKeyBytes);
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    const int high = hex_digit(text[i]);
    const int low = hex_digit(text[i + 1]);
    if (high < 0 || low < 0) {
      base::wipe(bytes);
      return std::nullopt;
    }
    bytes.push_back(static_cast<char>(high * 16 + low));
  }
  return base::Secret(std::move(bytes));
}

// 32 bytes in one of the three forms. Raw ones are told by their length, so a text form may not have that.
std::optional<base::Secret> decode_key(std::string_view text, bool raw_allowed) {
  if (raw_allowed && text.size() == kKeyBytes) return base::Secret(text);
  if (text.ends_with('\n')) text.remove_suffix(1);
  if (text.ends_with('\r')) text.remove_suffix(1);
  if (text.size() == 2 * kKeyBytes) return from_hex(text);
  if (auto bytes = base::base64url_decode(text); bytes && bytes->size() == kKeyBytes) {
    return base::Secret(std::move(*bytes));
  }
  return std::nullopt;
}

Result<base::Secret, int> read_all(int fd) {
  std::string bytes(kMaxFileBytes, '\0');
  std::size_t used = 0;
  while (used < bytes.size()) {
    const ssize_t got = ::read(fd, bytes.data() + used, bytes.size() - used);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return errno;
    if (got == 0) break;
    used += static_cast<std::size_t>(got);
  }
  const base::Secret all(std::move(bytes));
  return base::Secret(all.expose().substr(0, used));
}

// systemd gives a credential to a service's user through an access list, which shows as read permission of the group.
constexpr mode_t kForbiddenOfFiles = S_IRWXG | S_IRWXO;
constexpr mode_t kForbiddenOfCredentials = S_IWGRP | S_IRWXO;

Result<MasterKey, MasterKeyError> read_key_file(const fs::path& path, mode_t forbidden) {
  const std::string name = "master key " + path.string();
  // O_NONBLOCK: a FIFO in its place must not hang the start.
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (file.get() < 0) return system_error(Kind::unreadable, name, errno);
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) return system_error(Kind::unreadable, name, errno);
  if (!S_ISREG(status.st_mode)) return error(Kind::unreadable, name, "is not a regular file");
  if ((status.st_mode & forbidden) != 0) {
    return error(Kind::permissions, name,
                 "others than its owner have access to it. Run `chmod 600 " + path.string() +
                     "`, and rotate the key if someone else may have read it");
  }
  auto bytes = read_all(file.get());
  if (!bytes) return system_error(Kind::unreadable, name, bytes.error());
  auto key = decode_key(bytes->expose(), true);
  if (!key) {
    return error(Kind::malformed, name,
                 "must hold 32 bytes, as they are, as 64 hex digits or as 43 characters of base64url; make one with "
                 "`openssl rand -hex 32`. If it was cut short, restore it from your backup");
  }
  return MasterKey{std::move(*key), path.string(), false};
}

bool write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t wrote = ::write(fd, bytes.data(), bytes.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(wrote));
  }
  return true;
}

bool sync_folder(const fs::path& folder) {
  const Descriptor descriptor(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return descriptor.get() >= 0 && ::fsync(descriptor.get()) == 0;
}

// Complete and synced under another name first, then linked: whoever sees master.key sees all of it, and link() never
// replaces a key that another process made meanwhile (EEXIST). 0 when the new key is in place and on disk.
int create_key_file(const fs::path& path, const base::Secret& key, base::Random& random) {
  fs::path draft = path;
  draft += ".new-" + base::hex_encode(random.bytes(8));
  const Descriptor file(::open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (file.get() < 0) return errno;
  const base::Secret text(base::base64url_encode(key.expose()) + "\n");
  const bool written = write_all(file.get(), text.expose()) && ::fsync(file.get()) == 0;
  int failure = written ? 0 : errno;
  if (written && ::link(draft.c_str(), path.c_str()) != 0) failure = errno;
  ::unlink(draft.c_str());
  if (failure == 0 && !sync_folder(path.parent_path())) failure = errno;
  return failure;
}

Result<MasterKey, MasterKeyError> create(const fs::path& path, base::Random& random) {
  const int failure = create_key_file(path, base::Secret(random.bytes(kKeyBytes)), random);
  if (failure != 0 && failure != EEXIST) {
    return system_error(Kind::cannot_be_created, "can't create " + path.string(), failure);
  }
  auto key = read_key_file(path, kForbiddenOfFiles);
  if (key) key->created = failure == 0;
  return key;
}

using Found = Result<std::optional<MasterKey>, MasterKeyError>;
Found found(Result<MasterKey, MasterKeyError> read) {
  if (!read) return read.error();
  return std::optional(std::move(*read));
}

// Nothing when none of the sources has one.
Found find(const MasterKeySources& sources, const fs::path& in_data) {
  if (!sources.value.empty()) {
    auto key = decode_key(sources.value.expose(), false);
    if (!key) return error(Kind::malformed, "the master key setting", "must be 64 hex digits or 43 of base64url");
    return std::optional(MasterKey{std::move(*key), "setting", false});
  }
  if (!sources.file.empty()) return found(read_key_file(sources.file, kForbiddenOfFiles));
  struct stat status {};
  if (!sources.credentials_directory.empty()) {
    const auto path = sources.credentials_directory / sources.credential;
    if (::stat(path.c_str(), &status) == 0) return found(read_key_file(path, kForbiddenOfCredentials));
    if (errno != ENOENT) return system_error(Kind::unreadable, "master key " + path.string(), errno);
  }
  if (::lstat(in_data.c_str(), &status) == 0) return found(read_key_file(in_data, kForbiddenOfFiles));
  if (errno != ENOENT) return system_error(Kind::unreadable, "master key " + in_data.string(), errno);
  return std::optional<MasterKey>();
}

}  // namespace

Result<MasterKey, MasterKeyError> load_master_key(const MasterKeySources& sources, base::Random& random) {
  const auto in_data = sources.data_dir / "master.key";
  auto key = find(sources, in_data);
  if (!key) return key.error();
  if (*key) return std::move(**key);
  return create(in_data, random);
}

Result<std::optional<MasterKey>, MasterKeyError> load_previous_master_key(const MasterKeySources& sources) {
  return find(sources, sources.data_dir / kPreviousMasterKeyFile);
}

}  // namespace gatehouse::crypto
