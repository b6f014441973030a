#include "identity/factor/factor_letter.hpp"

#include <string>

namespace gatehouse::identity {

MailFactsOf factor_letter(const AccountStore& accounts, const FactorStore& factors, const FactorVault& vault) {
  return [&](db::Transaction& tx, const MailJob& job) -> std::optional<MailFacts> {
    MailFacts facts;
    const auto account = accounts.find(tx, job.account);
    const auto factor = factors.find(tx, FactorId(job.reference));
    if (!account || !factor || factor->account != account->id) return facts;
    facts.values["factor"] = vault.open(*account, factor->id, FactorVault::Part::name, factor->name_sealed).expose();
    return facts;
  };
}

}  // namespace gatehouse::identity
