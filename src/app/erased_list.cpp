#include "app/erased_list.hpp"

#include <fcntl.h>
#include <unistd.h>

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
  for (const auto& id : ids) mail::remove_letters(installation.settings.data.dir / "mail", id);
}

}  // namespace gatehouse::app
