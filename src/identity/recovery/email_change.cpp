#include "identity/recovery/email_change.hpp"

#include <chrono>
#include <optional>
#include <utility>

#include "platform/base/encoding.hpp"
#include "platform/text/email.hpp"

namespace gatehouse::identity {

using boost::asio::awaitable;

namespace {

constexpr std::size_t kUnknownPasswordBytes = 32;
Refusal link_refused() { return {.error = AccountError::link_refused}; }

}  // namespace

base::Result<void, Refusal> EmailChange::open(db::Transaction& tx, const contract::Principal& who,
                                              const std::string& proven_hash, const text::Email& email) const {
  const auto record = current_password_.load_for_change(tx, who, proven_hash);
  if (!record) return record.error();
  const auto now = parts_.clock.now();
  const std::string index = parts_.vault.email_index(email);
  if (index == record->email_index) {
    return invalid_input({"email", "must be another than the account's own", Mistake::unchanged});
  }
  const auto owner = parts_.accounts.find_by_email_index(tx, index);
  const auto made = parts_.proofs.made_since(tx, index, ProofPurpose::change_email, now - std::chrono::hours(1));
  if (made >= kMailsAnHour) return {};
  MailProof proof{.id = base::Uuid::random(parts_.random),
                  .account = who.account,
                  .purpose = ProofPurpose::change_email,
                  .email_index = index,
                  .created_at = now,
                  .expires_at = now + kLinkLifetime};
  proof.email_sealed = parts_.vault.seal_address(*record, proof.id, email.expose());
  parts_.proofs.add(tx, proof);
  if (owner) {
    parts_.outbox.send(tx, {.kind = MailKind::address_in_use, .account = owner->id});
  } else {
    parts_.outbox.send(tx, {.kind = MailKind::confirm_new_email, .account = who.account, .reference = proof.id});
  }
  const auto id = who.account.uuid();
  parts_.audit.record(tx, {.type = audit::type::kEmailChangeRequested, .actor = id, .subject = id});
  return {};
}

awaitable<base::Result<void, Refusal>> EmailChange::request(contract::Principal who, EmailChangeRequest wanted,
                                                            Caller caller) {
  const auto email = text::prepare_email(wanted.email);
  if (!email) co_return invalid_input(email_problem(email.error()));
  const auto proven = co_await current_password_.prove(who, std::move(wanted.password), "password", std::move(caller));
  if (!proven) co_return proven.error();
  auto work = [&](db::Transaction& tx) { return open(tx, who, proven->record.password_hash, *email); };
  co_return co_await parts_.database.write(work);
}

// The address that a proof holds becomes the account's.
base::Result<void, Refusal> EmailChange::write_address(db::Transaction& tx, const AccountWithProfile& record,
                                                       const MailProof& proof, std::string_view event) const {
  Profile profile = parts_.vault.open(record);
  profile.email = parts_.vault.open_address(record, proof.id, proof.email_sealed);
  const NameChange names{.email_index = proof.email_index, .profile_sealed = parts_.vault.reseal(record, profile)};
  const auto changed = parts_.accounts.change_names(tx, record.id, names, parts_.clock.now());
  if (!changed) return Refusal{.error = AccountError::name_taken};
  parts_.unproven.remove(tx, record.id);
  const auto id = record.id.uuid();
  parts_.audit.record(tx, {.type = event, .subject = id});
  return {};
}

// Only an address that was proven: a mistyped one may be anybody's, who must not get the account for it.
void EmailChange::tell_old_address(db::Transaction& tx, const AccountWithProfile& record,
                                   const std::string& old_address) const {
  if (record.email_index.empty()) return;
  const auto now = parts_.clock.now();
  MailProof proof{.id = base::Uuid::random(parts_.random),
                  .account = record.id,
                  .purpose = ProofPurpose::restore_email,
                  .email_index = record.email_index,
                  .created_at = now,
                  .expires_at = now + kRestoreLifetime};
  proof.email_sealed = parts_.vault.seal_address(record, proof.id, old_address);
  parts_.proofs.add(tx, proof);
  parts_.outbox.send(tx, {.kind = MailKind::email_changed_notice, .account = record.id, .reference = proof.id});
}

base::Result<void, Refusal> EmailChange::apply(db::Transaction& tx, base::Uuid id) const {
  const auto now = parts_.clock.now();
  const auto proof = parts_.proofs.consume(tx, id, ProofPurpose::change_email, now);
  const auto record = proof ? parts_.accounts.find_with_profile(tx, proof->account) : std::nullopt;
  if (!record || record->state != AccountState::active) return link_refused();
  const std::string old_address = parts_.vault.open(*record).email;
  if (auto written = write_address(tx, *record, *proof, audit::type::kEmailChanged); !written) return written;
  parts_.proofs.close_all(tx, record->id, {ProofPurpose::verify_email, ProofPurpose::reset_password}, now);
  tell_old_address(tx, *record, old_address);
  return {};
}

awaitable<std::optional<MailProof>> EmailChange::find(const base::Secret& token, TokenPurpose purpose,
                                                      ProofPurpose wanted) {
  const auto id = parts_.tokens.decode(purpose, token.expose());
  if (!id) co_return std::nullopt;
  auto look = [&](db::Transaction& tx) { return parts_.proofs.find_open(tx, *id, wanted, parts_.clock.now()); };
  co_return co_await parts_.database.read(look);
}

awaitable<base::Result<void, Refusal>> EmailChange::confirm(base::Secret token, Caller caller) {
  const auto proof = co_await find(token, TokenPurpose::change_email, ProofPurpose::change_email);
  if (!proof) co_return link_refused();
  co_return co_await finish(proof->account, proof->id, std::move(caller));
}

awaitable<base::Result<void, Refusal>> EmailChange::finish(contract::AccountId account, base::Uuid proof,
                                                           Caller caller) {
  auto work = [&](db::Transaction& tx) { return apply(tx, proof); };
  const auto done = co_await forgetting(parts_.profiles, account, parts_.database.write(work));
  if (!done) co_return done.error();
  const std::string id = account.to_string();
  parts_.log.info("email_changed", {{"account", id}}, &caller.trace);
  co_return base::Result<void, Refusal>();
}

std::optional<base::Uuid> EmailChange::match_code(db::Transaction& tx, contract::AccountId account,
                                                  const base::Secret& code) const {
  constexpr auto kPurpose = ProofPurpose::change_email;
  const auto now = parts_.clock.now();
  if (!parts_.proofs.count_code_attempt(tx, account.bytes(), kPurpose, now)) return std::nullopt;
  for (const auto& proof : parts_.proofs.open_of(tx, account, kPurpose, now)) {
    if (!parts_.tokens.is_code(TokenPurpose::change_email, proof.id, code.expose())) continue;
    parts_.proofs.give_back_code_attempt(tx, account.bytes(), kPurpose);
    return proof.id;
  }
  return std::nullopt;
}

awaitable<base::Result<void, Refusal>> EmailChange::confirm_by_code(contract::Principal who, base::Secret code,
                                                                    Caller caller) {
  // A transaction of its own: an attempt counts whatever comes of it.
  auto match = [&](db::Transaction& tx) { return match_code(tx, who.account, code); };
  const auto proof = co_await parts_.database.write(match);
  if (!proof) co_return link_refused();
  co_return co_await finish(who.account, *proof, std::move(caller));
}

base::Result<EmailChange::Ended, Refusal> EmailChange::put_back(db::Transaction& tx, base::Uuid id,
                                                                const std::string& unknown_hash) const {
  const auto now = parts_.clock.now();
  const auto proof = parts_.proofs.find_open(tx, id, ProofPurpose::restore_email, now);
  const auto record = proof ? parts_.accounts.find_with_profile(tx, proof->account) : std::nullopt;
  if (!record || record->state != AccountState::active) return link_refused();
  // A thief who gave the address to another account of theirs must not use the link up by that.
  const auto holder = parts_.accounts.find_by_email_index(tx, proof->email_index);
  if (holder && holder->id != record->id) return Refusal{.error = AccountError::name_taken};
  if (!parts_.proofs.consume(tx, id, ProofPurpose::restore_email, now)) return link_refused();
  if (auto written = write_address(tx, *record, *proof, audit::type::kEmailRestored); !written) return written.error();
  if (!parts_.accounts.replace_password_hash(tx, record->id, record->password_hash, unknown_hash, now)) {
    return link_refused();
  }
  using enum ProofPurpose;
  parts_.proofs.close_all(tx, record->id, {verify_email, change_email, reset_password}, now);
  const auto reset = add_proof(parts_, tx, record->id, reset_password, proof->email_index);
  parts_.outbox.send(tx, {.kind = MailKind::reset_password, .account = record->id, .reference = reset.id});
  return parts_.session_store.end_all_of_account(tx, record->id, std::nullopt, EndReason::password_changed, now);
}

awaitable<base::Result<void, Refusal>> EmailChange::restore(base::Secret token, Caller caller) {
  const auto proof = co_await find(token, TokenPurpose::restore_email, ProofPurpose::restore_email);
  if (!proof) co_return link_refused();
  // A password that nobody knows.
  const base::Secret unknown(base::base64url_encode(parts_.random.bytes(kUnknownPasswordBytes)));
  const auto hash = co_await parts_.passwords.choose(unknown, "password", {}, caller.address);
  if (!hash) co_return hash.error();
  auto work = [&](db::Transaction& tx) { return put_back(tx, proof->id, *hash); };
  auto ended = co_await forgetting(parts_.profiles, proof->account, parts_.database.write(work));
  if (!ended) co_return ended.error();
  co_await parts_.sessions.announce(std::move(*ended), EndReason::password_changed);
  const std::string account = proof->account.to_string();
  parts_.log.warn("email_restored", {{"account", account}}, &caller.trace);
  co_return base::Result<void, Refusal>();
}

}  // namespace gatehouse::identity
