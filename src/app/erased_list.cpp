#include "app/erased_list.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>

#include "app/new_file.hpp"
#include "identity/privacy/erased_jobs.hpp"
#include "platform/mail/folder_mailer.hpp"

namespace gatehouse::app {
namespace {

constexpr std::size_t kPage = 1'000;
constexpr std::size_t kLetters = 50;  // that a transaction looks for whose they are

std::filesystem::path list_in(const std::filesystem::path& data_dir) { return data_dir / "erased.ids"; }

[[noreturn]] void fail_at(const std::filesystem::path& path, int code) {
  throw std::runtime_error(path.string() + ": " + std::strerror(code));
}

// Whoever writes the list has it: a command and a serving process may at the same time. Waits for the other.
class ListLock {
 public:
  explicit ListLock(const std::filesystem::path& data_dir) {
    const auto path = data_dir / "erased.lock";
    file_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (file_ < 0) fail_at(path, errno);
    while (::flock(file_, LOCK_EX) != 0) {
      if (errno == EINTR) continue;
      const int code = errno;
      ::close(file_);
      fail_at(path, code);
    }
  }
  ~ListLock() { ::close(file_); }
  ListLock(const ListLock&) = delete;
  ListLock& operator=(const ListLock&) = delete;

 private:
  int file_;
};

struct Listed {
  contract::AccountId id;
  std::optional<base::TimePoint> erased_at;  // nothing: the line says no time
};

// `018c… 1800000000000`: the id, and the milliseconds since the Unix epoch.
std::vector<Listed> read_list(std::istream& in) {
  std::vector<Listed> list;
  std::string line;
  for (std::size_t number = 1; std::getline(in, line); ++number) {
    const auto word = line.substr(0, line.find_first_of(" \t\r"));
    if (word.empty()) continue;
    const auto account = contract::AccountId::parse(word);
    if (!account) throw std::runtime_error("line " + std::to_string(number) + " of erased accounts is no id");
    Listed listed{.id = *account, .erased_at = std::nullopt};
    std::int64_t when = 0;
    const char* const end = line.data() + line.size();
    const char* const begin = std::min<const char*>(line.data() + word.size() + 1, end);
    if (std::from_chars(begin, end, when).ec == std::errc()) listed.erased_at = base::from_unix_ms(when);
    list.push_back(listed);
  }
  return list;
}

std::vector<Listed> read_list_of(const std::filesystem::path& data_dir) {
  std::ifstream file(list_in(data_dir));
  return file ? read_list(file) : std::vector<Listed>();
}

// Whole or not at all, whenever this is killed: what it left of a new list, the next one writes over.
// REQUIRES: the caller has the lock.
void write_list(const std::filesystem::path& data_dir, const std::vector<Listed>& list) {
  std::string text;
  for (const auto& [id, erased_at] : list) {
    text += id.to_string();
    if (erased_at) text += " " + std::to_string(base::to_unix_ms(*erased_at));
    text += "\n";
  }
  const auto path = list_in(data_dir);
  const auto fresh = std::filesystem::path(path) += ".new";
  const int file = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (file < 0) fail_at(fresh, errno);
  int code = 0;
  for (std::string_view rest = text; code == 0 && !rest.empty();) {
    const auto written = ::write(file, rest.data(), rest.size());
    if (written < 0 && errno != EINTR) code = errno;
    if (written > 0) rest.remove_prefix(static_cast<std::size_t>(written));
  }
  if (code == 0 && ::fsync(file) != 0) code = errno;
  ::close(file);
  if (code == 0 && ::rename(fresh.c_str(), path.c_str()) != 0) code = errno;
  if (code != 0) fail_at(fresh, code);
  sync_folder(data_dir);
}

// Of those that the database names, the ones that are not listed.
std::vector<Listed> not_listed(const std::vector<Listed>& listed, db::Database& database,
                               const identity::ErasureStore& erasures) {
  std::set<std::string> known;
  for (const auto& one : listed) known.insert(one.id.to_string());
  std::vector<Listed> missing;
  for (std::optional<contract::AccountId> after;;) {
    const auto page = database.read_blocking([&](db::Transaction& tx) { return erasures.erased(tx, after, kPage); });
    for (const auto& account : page) {
      if (!known.contains(account.id.to_string())) missing.push_back({account.id, account.erased_at});
    }
    if (page.size() < kPage) return missing;
    after = page.back().id;
  }
}

std::vector<contract::AccountId> ids_of(const std::vector<Listed>& list) {
  std::vector<contract::AccountId> ids;
  for (const auto& listed : list) ids.push_back(listed.id);
  return ids;
}

}  // namespace

std::vector<contract::AccountId> read_ids(std::istream& in) { return ids_of(read_list(in)); }

std::vector<contract::AccountId> read_erased_list(const std::filesystem::path& data_dir) {
  return ids_of(read_list_of(data_dir));
}

void complete_erased_list(const std::filesystem::path& data_dir, db::Database& database,
                          const identity::ErasureStore& erasures, const HearErased& hear) {
  const auto added = not_listed(read_list_of(data_dir), database, erasures);
  if (added.empty()) return;
  hear(ids_of(added));
  const ListLock lock(data_dir);
  auto list = read_list_of(data_dir);
  for (const auto& missing : not_listed(list, database, erasures)) list.push_back(missing);
  write_list(data_dir, list);
}

void forget_listed(const std::filesystem::path& data_dir, base::TimePoint before, base::TimePoint now) {
  const ListLock lock(data_dir);
  auto list = read_list_of(data_dir);
  bool changed = false;
  for (auto& listed : list) {
    if (listed.erased_at) continue;
    listed.erased_at = now;  // not later, at least
    changed = true;
  }
  const auto gone = std::erase_if(list, [&](const Listed& listed) { return *listed.erased_at <= before; });
  if (changed || gone > 0) write_list(data_dir, list);
}

void clean_up_behind(Installation& installation, const std::vector<contract::AccountId>& gone) {
  std::set<std::string> ids;
  for (const auto& account : gone) ids.insert(account.to_string());
  identity::remove_jobs_about(*installation.database, installation.jobs, ids);
  remove_letters_to_nobody(installation);
}

void remove_letters_to_nobody(Installation& installation, const std::function<void()>& between) {
  const auto folder = installation.settings.data.dir / "mail";
  // Before the database is asked: whoever has a letter by now has had a row.
  std::vector<contract::AccountId> written_to;
  for (const auto& tag : mail::tags_of_letters(folder)) {
    if (const auto id = contract::AccountId::parse(tag)) written_to.push_back(*id);
  }
  const auto now = installation.clock.now();
  std::set<std::string> nobody;
  for (std::size_t i = 0; i < written_to.size();) {
    const auto end = std::min(written_to.size(), i + kLetters);
    installation.database->read_blocking([&](db::Transaction& tx) {
      for (auto at = i; at < end; ++at) {
        const auto& id = written_to[at];
        if (installation.accounts.find(tx, id) || installation.invites.find_open(tx, id, now)) continue;
        nobody.insert(id.to_string());
      }
    });
    i = end;
    between();
  }
  mail::remove_letters(folder, nobody);
}

}  // namespace gatehouse::app
