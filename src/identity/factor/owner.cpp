#include "identity/factor/owner.hpp"

#include <utility>

#include "contract/assurance.hpp"

namespace gatehouse::identity {

base::Result<Owner, Refusal> Owners::find(db::Transaction& tx, const contract::Principal& who) const {
  auto account = accounts_.find(tx, who.account);
  if (!account) return Refusal{.error = AccountError::not_found};
  const auto session = sessions_.find(tx, who.session);
  const bool live = session && session->account == who.account && session->live(clock_.now());
  if (!live || account->state != AccountState::active) return Refusal{.error = AccountError::session_ended};
  return Owner{std::move(*account), factors_.list(tx, who.account)};
}

base::Result<Owner, Refusal> Owners::find_strong(db::Transaction& tx, const contract::Principal& who) const {
  auto owner = find(tx, who);
  if (!owner) return owner;
  const bool strong = contract::assurance_of_amr(who.amr) > contract::Assurance::one_factor;
  if (!owner->factors.empty() && !strong) return Refusal{.error = AccountError::stronger_sign_in};
  return owner;
}

}  // namespace gatehouse::identity
