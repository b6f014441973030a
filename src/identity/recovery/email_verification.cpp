#include "identity/recovery/email_verification.hpp"

#include <utility>

namespace gatehouse::identity {

using boost::asio::awaitable;

namespace {

constexpr auto kPurpose = ProofPurpose::verify_email;
Refusal link_refused() { return {.error = AccountError::link_refused}; }

}  // namespace

awaitable<base::Result<void, Refusal>> EmailVerification::send_again(contract::Principal who) {
  auto work = [&](db::Transaction& tx) -> base::Result<void, Refusal> {
    const auto record = parts_.accounts.find(tx, who.account);
    if (!record) return Refusal{.error = AccountError::not_found};
    if (const auto unproven = parts_.unproven.find(tx, who.account)) {
      parts_.verification_mail.send(tx, who.account, *unproven);
    }
    return {};
  };
  co_return co_await parts_.database.write(work);
}

base::Result<void, Refusal> EmailVerification::apply(db::Transaction& tx, base::Uuid id) const {
  const auto proof = parts_.proofs.consume(tx, id, kPurpose, parts_.clock.now());
  const auto record = proof ? parts_.accounts.find_with_profile(tx, proof->account) : std::nullopt;
  if (!record || record->state != AccountState::active) return link_refused();
  if (current_email_index(parts_, tx, *record) != proof->email_index) return link_refused();
  if (!own_address(parts_, tx, *record, proof->email_index)) return Refusal{.error = AccountError::name_taken};
  return {};
}

awaitable<base::Result<void, Refusal>> EmailVerification::finish(contract::AccountId account, base::Uuid proof,
                                                                 Caller caller) {
  auto work = [&](db::Transaction& tx) { return apply(tx, proof); };
  const auto done = co_await forgetting(parts_.profiles, account, parts_.database.write(work));
  if (!done) co_return done.error();
  const std::string id = account.to_string();
  parts_.log.info("email_verified", {{"account", id}}, &caller.trace);
  co_return base::Result<void, Refusal>();
}

awaitable<base::Result<void, Refusal>> EmailVerification::by_token(base::Secret token, Caller caller) {
  const auto id = parts_.tokens.decode(TokenPurpose::verify_email, token.expose());
  if (!id) co_return link_refused();
  auto look = [&](db::Transaction& tx) { return parts_.proofs.find_open(tx, *id, kPurpose, parts_.clock.now()); };
  const auto proof = co_await parts_.database.read(look);
  if (!proof) co_return link_refused();
  co_return co_await finish(proof->account, *id, std::move(caller));
}

std::optional<base::Uuid> EmailVerification::match_code(db::Transaction& tx, contract::AccountId account,
                                                        const base::Secret& code) const {
  const auto now = parts_.clock.now();
  if (!parts_.proofs.count_code_attempt(tx, account.bytes(), kPurpose, now)) return std::nullopt;
  for (const auto& proof : parts_.proofs.open_of(tx, account, kPurpose, now)) {
    if (parts_.tokens.is_code(TokenPurpose::verify_email, proof.id, code.expose())) return proof.id;
  }
  return std::nullopt;
}

awaitable<base::Result<void, Refusal>> EmailVerification::by_code(contract::Principal who, base::Secret code,
                                                                  Caller caller) {
  // A transaction of its own: an attempt counts whatever comes of it.
  auto match = [&](db::Transaction& tx) { return match_code(tx, who.account, code); };
  const auto proof = co_await parts_.database.write(match);
  if (!proof) co_return link_refused();
  co_return co_await finish(who.account, *proof, std::move(caller));
}

}  // namespace gatehouse::identity
