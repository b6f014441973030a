#include "identity/factor/all_factors.hpp"

#include "contract/assurance.hpp"
#include "identity/factor/code_guard.hpp"
#include "identity/factor/factor_store.hpp"
#include "identity/factor/recovery_codes.hpp"
#include "identity/factor/sign_in_demand.hpp"

namespace gatehouse::identity {

std::size_t remove_all_factors(db::Transaction& tx, contract::AccountId account) {
  RecoveryCodes::remove_all(tx, account);
  CodeGuard().forget(tx, account);
  SignInDemand().set(tx, account, contract::Assurance::two_factors);
  return FactorStore().remove_all(tx, account);
}

}  // namespace gatehouse::identity
