#include "identity/factor/sign_in_demand.hpp"

namespace gatehouse::identity {

using contract::Assurance;
using db::Blob;

Assurance SignInDemand::of(db::Transaction& tx, contract::AccountId account) const {
  const auto acr = tx.query_one("SELECT acr FROM sign_in_demand WHERE id = $1", {Blob{account.bytes()}},
                                [](const db::Row& row) { return row.text(0); });
  return acr == contract::acr_of(Assurance::phishing_resistant) ? Assurance::phishing_resistant
                                                                : Assurance::two_factors;
}

void SignInDemand::set(db::Transaction& tx, contract::AccountId account, Assurance demand) const {
  tx.execute("DELETE FROM sign_in_demand WHERE id = $1", {Blob{account.bytes()}});
  if (demand != Assurance::phishing_resistant) return;
  tx.execute("INSERT INTO sign_in_demand (id, acr) VALUES ($1, $2)", {Blob{account.bytes()}, contract::acr_of(demand)});
}

}  // namespace gatehouse::identity
