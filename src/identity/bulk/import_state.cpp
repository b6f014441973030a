#include "identity/bulk/import_state.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <utility>

#include "crypto/mac.hpp"
#include "platform/base/encoding.hpp"
#include "platform/base/json.hpp"

namespace gatehouse::identity {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kFingerprintBytes = 64 * 1024;
constexpr std::uint64_t kTagMask = (std::uint64_t{1} << 34) - 1;

[[noreturn]] void fail(const fs::path& path) { throw std::runtime_error(path.string() + ": " + std::strerror(errno)); }

void sync_folder(const fs::path& folder) {
  const int descriptor = ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) fail(folder);
  const int synced = ::fsync(descriptor);
  ::close(descriptor);
  if (synced != 0) fail(folder);
}

void write_all(const fs::path& path, std::string_view text) {
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (descriptor < 0) fail(path);
  const bool written =
      ::write(descriptor, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && ::fsync(descriptor) == 0;
  const int error = errno;
  ::close(descriptor);
  errno = error;
  if (!written) fail(path);
}

fs::path with_suffix(fs::path path, const char* suffix) { return path += suffix; }

}  // namespace

ImportState ImportState::begin(std::string fingerprint, const base::Clock& clock, base::Random& random) {
  ImportState state;
  state.fingerprint = std::move(fingerprint);
  state.started_at = clock.now();
  state.run_tag = base::decode_u64(random.bytes(8)) & kTagMask;
  return state;
}

contract::AccountId ImportState::id_of(std::uint64_t number) const {
  constexpr std::uint64_t kVersion = 7, kVariant = 2;
  const auto ms = static_cast<std::uint64_t>(base::to_unix_ms(started_at));
  const std::uint64_t high = ms << 16 | kVersion << 12 | (number >> 28 & 0xfff);
  const std::uint64_t low = kVariant << 62 | (number & 0xfff'ffff) << 34 | run_tag;
  return *contract::AccountId::from_bytes(base::encode_u64(high) + base::encode_u64(low));
}

std::string fingerprint_of(const fs::path& file) {
  struct stat about {};
  std::ifstream in(file, std::ios::binary);
  if (!in || ::stat(file.c_str(), &about) != 0) fail(file);
  if (!S_ISREG(about.st_mode)) throw std::runtime_error(file.string() + " is no plain file");
  std::string begin(kFingerprintBytes, '\0');
  in.read(begin.data(), static_cast<std::streamsize>(begin.size()));
  begin.resize(static_cast<std::size_t>(in.gcount()));
  return std::to_string(about.st_size) + ":" + std::to_string(about.st_mtim.tv_sec) + ":" +
         std::to_string(about.st_mtim.tv_nsec) + ":" + base::hex_encode(crypto::sha256(begin)).substr(0, 16);
}

ImportStateFile::ImportStateFile(fs::path path, const fs::path& input)
    : path_(std::move(path)), lock_(::open(input.c_str(), O_RDONLY | O_CLOEXEC)) {
  if (lock_ < 0) fail(input);
  if (::flock(lock_, LOCK_EX | LOCK_NB) == 0) return;
  ::close(lock_);
  throw std::runtime_error("another import of this file is running");
}

ImportStateFile::~ImportStateFile() { ::close(lock_); }

std::optional<ImportState> ImportStateFile::load() const {
  std::ifstream in(path_);
  if (!in) return std::nullopt;
  const std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  const auto broken = [&] { return std::runtime_error(path_.string() + " is not the state of an import"); };
  const auto parsed = base::parse_json(text);
  if (!parsed || !parsed->is_object()) throw broken();
  const auto& members = parsed->get_object();
  const auto number = [&](const char* name) {
    const auto* value = members.if_contains(name);
    if (value == nullptr || !value->is_int64() || value->get_int64() < 0) throw broken();
    return static_cast<std::uint64_t>(value->get_int64());
  };
  const auto* fingerprint = members.if_contains("fingerprint");
  if (fingerprint == nullptr || !fingerprint->is_string()) throw broken();
  ImportState state;
  state.fingerprint = fingerprint->get_string();
  state.run_tag = number("run_tag") & kTagMask;
  state.started_at = base::from_unix_ms(static_cast<std::int64_t>(number("started_at")));
  state.offset = number("offset");
  state.line = number("line");
  state.imported = number("imported");
  state.refused = number("refused");
  state.taken = number("taken");
  state.report_bytes = number("report_bytes");
  state.finished = number("finished") != 0;
  return state;
}

void ImportStateFile::save(const ImportState& state) {
  const boost::json::object members{{"fingerprint", state.fingerprint},
                                    {"run_tag", state.run_tag},
                                    {"started_at", base::to_unix_ms(state.started_at)},
                                    {"offset", state.offset},
                                    {"line", state.line},
                                    {"imported", state.imported},
                                    {"refused", state.refused},
                                    {"taken", state.taken},
                                    {"report_bytes", state.report_bytes},
                                    {"finished", state.finished ? 1 : 0}};
  const auto fresh = with_suffix(path_, ".new");
  write_all(fresh, boost::json::serialize(members) + "\n");
  if (::rename(fresh.c_str(), path_.c_str()) != 0) fail(path_);
  sync_folder(path_.parent_path());
}

}  // namespace gatehouse::identity
