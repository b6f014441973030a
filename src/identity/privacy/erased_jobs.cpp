#include "identity/privacy/erased_jobs.hpp"

#include <boost/json/object.hpp>
#include <optional>
#include <vector>

#include "platform/base/json.hpp"

namespace gatehouse::identity {
namespace {

constexpr std::size_t kPage = 500;

bool names_one(const std::string& payload, const std::set<std::string>& accounts) {
  const auto value = base::parse_json(payload);
  if (!value || !value->is_object()) return false;
  const auto* const account = value->get_object().if_contains("account");
  return account != nullptr && account->is_string() && accounts.contains(std::string(account->get_string()));
}

}  // namespace

std::size_t remove_jobs_about(db::Database& database, const queue::JobStore& jobs,
                              const std::set<std::string>& accounts) {
  std::size_t removed = 0;
  for (std::optional<base::Uuid> after;;) {
    const auto page = database.read_blocking([&](db::Transaction& tx) { return jobs.payloads(tx, after, kPage); });
    for (const auto& job : page) {
      if (!names_one(job.payload, accounts)) continue;
      if (database.write_blocking([&](db::Transaction& tx) { return jobs.remove(tx, job.id); })) ++removed;
    }
    if (page.size() < kPage) return removed;
    after = page.back().id;
  }
}

}  // namespace gatehouse::identity
