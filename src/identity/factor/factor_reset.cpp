#include "identity/factor/factor_reset.hpp"

#include <string>
#include <utility>
#include <vector>

#include "identity/factor/all_factors.hpp"
#include "identity/proof/mail_proof_store.hpp"
#include "platform/audit/event_types.hpp"

namespace gatehouse::identity {

base::Result<AccountChange, Refusal> FactorReset::reset(db::Transaction& tx, contract::AccountId account,
                                                        std::optional<contract::AccountId> actor) const {
  auto shown = parts_.accounts.show(tx, account);
  if (!shown) return shown.error();
  const auto removed = remove_all_factors(tx, account);
  MailProofStore().close_all(tx, account, {ProofPurpose::reset_password, ProofPurpose::change_email},
                             parts_.clock.now());
  auto ended =
      parts_.sessions.end_all_of_account(tx, account, std::nullopt, EndReason::factor_removed, parts_.clock.now());
  std::vector<audit::Field> fields{{"removed", std::to_string(removed)}};
  if (!actor) fields.push_back({"by", "operator"});
  parts_.notices.changed(
      tx, {.type = audit::type::kFactorsReset, .actor = actor, .account = account, .fields = std::move(fields)});
  return AccountChange{.account = std::move(*shown), .revoked = std::move(ended)};
}

boost::asio::awaitable<base::Result<Account, Refusal>> FactorAdministration::reset(contract::AccountId account,
                                                                                   Caller caller) {
  auto work = [&](db::Transaction& tx) -> base::Result<AccountChange, Refusal> {
    if (auto refusal = accounts_.check_reach(tx, caller, account)) return std::move(*refusal);
    return step_.reset(tx, account, caller.account);
  };
  auto change = co_await database_.write(work);
  if (!change) co_return change.error();
  co_await sessions_.announce(std::move(change->revoked), EndReason::factor_removed);
  const std::string id = account.to_string();
  const std::string by = caller.account ? caller.account->to_string() : "";
  log_.info("factors_reset", {{"account", id}, {"by", by}}, &caller.trace);
  co_return std::move(change->account);
}

}  // namespace gatehouse::identity
