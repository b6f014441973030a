#include "identity/account/current_password.hpp"

#include <utility>

#include "contract/assurance.hpp"
#include "platform/audit/event_types.hpp"
#include "platform/audit/log.hpp"

namespace gatehouse::identity {

using boost::asio::awaitable;

base::Result<AccountWithProfile, Refusal> CurrentPassword::load_for_change(
    db::Transaction& tx, const contract::Principal& who, const std::optional<std::string>& proven_hash) const {
  auto record = parts_.store.find_with_profile(tx, who.account);
  if (!record) return Refusal{.error = AccountError::not_found};
  const auto session = parts_.session_store.find(tx, who.session);
  const bool live = session && session->account == who.account && session->live(parts_.clock.now());
  if (!live || record->state != AccountState::active) return Refusal{.error = AccountError::session_ended};
  if (proven_hash && record->password_hash != *proven_hash) return Refusal{.error = AccountError::wrong_password};
  const bool two_factors = contract::assurance_of_amr(who.amr) > contract::Assurance::one_factor;
  if (proven_hash && !two_factors && parts_.second_step != nullptr && parts_.second_step->required(tx, who.account)) {
    return Refusal{.error = AccountError::stronger_sign_in};
  }
  return std::move(*record);
}

awaitable<base::Result<CurrentPassword::Proven, Refusal>> CurrentPassword::prove(contract::Principal who,
                                                                                 base::Secret password,
                                                                                 std::string field, Caller caller) {
  const auto prepared = prepare_password(password);
  if (!prepared) co_return parts_.passwords.refuse(prepared.error(), field);
  auto load = [&](db::Transaction& tx) { return parts_.store.find_with_profile(tx, who.account); };
  auto record = co_await parts_.database.read(load);
  if (!record) co_return Refusal{.error = AccountError::not_found};
  // Holding a live session of the account is what makes a known device.
  auto attempt = parts_.passwords.attempt_on(record->id.bytes(), caller.address, std::string(who.session.bytes()));
  const auto proof = co_await parts_.passwords.prove(attempt, *prepared, record->password_hash, caller.address);
  if (!proof) co_return proof.error();
  if (!proof->matches) {
    auto note = [&](db::Transaction& tx) {
      audit::record(tx,
                    {.type = audit::type::kReauthenticationFailed,
                     .subject = who.account.uuid(),
                     .fields = {{"session", who.session.to_string()}, {"method", "password"}}},
                    parts_.clock.now());
    };
    co_await parts_.database.write(note);
    const std::string account = record->id.to_string();
    parts_.log.info("reauthentication_failed", {{"account", account}}, &caller.trace);
    co_return Refusal{.error = AccountError::wrong_password};
  }
  co_await parts_.passwords.accept(attempt);
  Profile profile = parts_.vault.open(*record);
  co_return Proven{std::move(*record), std::move(profile)};
}

}  // namespace gatehouse::identity
