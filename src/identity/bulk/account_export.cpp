#include "identity/bulk/account_export.hpp"

#include <string>
#include <utility>
#include <vector>

#include "identity/bulk/account_line.hpp"
#include "identity/bulk/account_maker.hpp"

namespace gatehouse::identity {
namespace {

std::string line_of(const AccountWithProfile& record, const AccountVault& vault, bool password_hashes) {
  auto profile = vault.open(record);
  AccountLine line{.username = record.username,
                   .email = std::move(profile.email),
                   .display_name = std::move(profile.display_name),
                   .language = std::move(profile.language),
                   .state = std::string(to_string(record.state)),
                   .roles = record.roles,
                   .created_at = record.created_at};
  if (password_hashes && record.password_hash != kNoPassword) line.password_hash = record.password_hash;
  return to_json_line(line);
}

}  // namespace

std::uint64_t export_accounts(db::Database& database, const AccountStore& store, const AccountVault& vault,
                              const ExportOptions& options, const std::function<void(std::string_view)>& write) {
  std::uint64_t exported = 0;
  AccountFilter filter{.limit = options.page};
  for (;;) {
    const auto records = database.read_blocking([&](db::Transaction& tx) { return store.page(tx, filter); });
    std::string lines;
    for (const auto& record : records) {
      if (record.data_key_seed.empty()) continue;
      lines += line_of(record, vault, options.password_hashes);
      ++exported;
    }
    write(lines);
    if (records.size() < options.page) return exported;
    filter.after = records.back().id;
  }
}

}  // namespace gatehouse::identity
