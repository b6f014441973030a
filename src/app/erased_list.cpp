#include "app/erased_list.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>

#include "identity/privacy/erased_jobs.hpp"
#include "platform/mail/folder_mailer.hpp"

namespace gatehouse::app {
namespace {

constexpr std::size_t kPage = 1'000;
constexpr std::size_t kLetters = 50;  // that a transaction looks for whose they are

std::filesystem::path list_in(const std::filesystem::path& data_dir) { return data_dir / "erased.ids"; }

// One write: what two processes append does not mix.
void append(const std::filesystem::path& path, const std::string& lines) {
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  const bool written = descriptor >= 0 &&
                       ::write(descriptor, lines.data(), lines.size()) == static_cast<ssize_t>(lines.size()) &&
                       ::fsync(descriptor) == 0;
  const int code = errno;
  if (descriptor >= 0) ::close(descriptor);
  if (!written) throw std::runtime_error(path.string() + ": " + std::strerror(code));
}

}  // namespace

std::vector<contract::AccountId> read_ids(std::istream& in) {
  std::vector<contract::AccountId> accounts;
  std::string line;
  for (std::size_t number = 1; std::getline(in, line); ++number) {
    const auto word = line.substr(0, line.find_first_of(" \t\r"));
    if (word.empty()) continue;
    const auto account = contract::AccountId::parse(word);
    if (!account) throw std::runtime_error("line " + std::to_string(number) + " of erased accounts is no id");
    accounts.push_back(*account);
  }
  return accounts;
}

std::vector<contract::AccountId> read_erased_list(const std::filesystem::path& data_dir) {
  std::ifstream file(list_in(data_dir));
  return file ? read_ids(file) : std::vector<contract::AccountId>();
}

void complete_erased_list(const std::filesystem::path& data_dir, db::Database& database,
                          const identity::ErasureStore& erasures, const HearErased& hear) {
  const auto listed = read_erased_list(data_dir);
  const std::set<std::string> known = [&] {
    std::set<std::string> ids;
    for (const auto& account : listed) ids.insert(account.to_string());
    return ids;
  }();
  std::vector<contract::AccountId> added;
  std::string lines;
  for (std::optional<contract::AccountId> after;;) {
    const auto page = database.read_blocking([&](db::Transaction& tx) { return erasures.erased(tx, after, kPage); });
    for (const auto& account : page) {
      if (known.contains(account.id.to_string())) continue;
      added.push_back(account.id);
      lines += account.id.to_string() + "\n";
    }
    if (page.size() < kPage) break;
    after = page.back().id;
  }
  if (added.empty()) return;
  hear(added);
  append(list_in(data_dir), lines);
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
