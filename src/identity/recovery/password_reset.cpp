#include "identity/recovery/password_reset.hpp"

#include <chrono>
#include <string>
#include <utility>

#include "identity/factor/all_factors.hpp"
#include "platform/base/encoding.hpp"
#include "platform/text/email.hpp"

namespace gatehouse::identity {

using boost::asio::awaitable;

namespace {

Refusal link_refused() { return {.error = AccountError::link_refused}; }

}  // namespace

awaitable<base::Result<void, Refusal>> PasswordReset::request(std::string email, Caller caller) {
  const auto prepared = text::prepare_email(email);
  if (!prepared) co_return invalid_input(email_problem(prepared.error()));
  const std::string payload = base::base64url_encode(parts_.vault.email_index(*prepared));
  auto note = [&](db::Transaction& tx) {
    jobs_.add(tx,
              {.queue = kRecoveryQueue, .kind = kResetRequested, .payload = payload, .due = jobs_.after_the_answer()});
    return true;
  };
  co_await parts_.database.write(note);
  parts_.log.info("password_reset_requested", {}, &caller.trace);
  co_return base::Result<void, Refusal>();
}

// An address that nobody has proven yet serves, too: whoever sets the password by its mailbox proves it with that.
std::optional<AccountRecord> PasswordReset::account_with(db::Transaction& tx, std::string_view email_index) const {
  auto record = parts_.accounts.find_by_email_index(tx, email_index);
  const auto unproven = parts_.unproven.newest_with(tx, email_index);  // asked for in any case: the same steps
  if (!record && unproven) record = parts_.accounts.find(tx, *unproven);
  return record;
}

void PasswordReset::answer_request(std::string_view payload) {
  const auto email_index = base::base64url_decode(payload);
  if (!email_index) return;
  parts_.database.write_blocking([&](db::Transaction& tx) {
    const auto record = account_with(tx, *email_index);
    const auto hour_ago = parts_.clock.now() - std::chrono::hours(1);
    if (parts_.proofs.made_since(tx, *email_index, ProofPurpose::reset_password, hour_ago) >= kMailsAnHour) {
      return false;
    }
    // A row for nobody as well: codes for both are compared with as many (docs/adr/0061).
    const bool somebody = record && record->state == AccountState::active;
    const auto whose = somebody ? record->id : contract::AccountId();
    const auto proof = add_proof(parts_, tx, whose, ProofPurpose::reset_password, *email_index);
    if (!somebody) return true;
    parts_.outbox.send(tx, {.kind = MailKind::reset_password, .account = record->id, .reference = proof.id});
    parts_.audit.record(tx, {.type = audit::type::kPasswordResetRequested, .subject = record->id.uuid()});
    return true;
  });
}

awaitable<bool> PasswordReset::is_open(base::Secret token) {
  const auto id = parts_.tokens.decode(TokenPurpose::reset_password, token.expose());
  if (!id) co_return false;
  auto look = [&](db::Transaction& tx) {
    return parts_.proofs.find_open(tx, *id, ProofPurpose::reset_password, parts_.clock.now()).has_value();
  };
  co_return co_await parts_.database.read(look);
}

awaitable<base::Result<void, Refusal>> PasswordReset::by_token(base::Secret token, base::Secret password,
                                                               Caller caller) {
  const auto id = parts_.tokens.decode(TokenPurpose::reset_password, token.expose());
  if (!id) co_return link_refused();
  co_return co_await set_password(*id, std::move(password), caller);
}

// Counted, compared and recorded whoever's address it is, in the same steps (docs/adr/0061).
std::optional<base::Uuid> PasswordReset::match_code(db::Transaction& tx, std::string_view email_index,
                                                    const base::Secret& code) const {
  constexpr auto kPurpose = ProofPurpose::reset_password;
  const auto now = parts_.clock.now();
  const bool counts = parts_.proofs.count_code_attempt(tx, email_index, kPurpose, now);
  auto open = parts_.proofs.open_for(tx, email_index, kPurpose, now);
  std::optional<base::Uuid> whose;
  if (!open.empty() && !open.front().account.uuid().is_nil()) whose = open.front().account.uuid();
  open.resize(kProofsLookedAt);  // the nil id was never mailed
  std::optional<base::Uuid> matched;
  for (const auto& proof : open) {
    const bool right = parts_.tokens.is_code(TokenPurpose::reset_password, proof.id, code.expose());
    if (right && counts && !proof.id.is_nil()) matched = proof.id;
  }
  // No guess: were its password refused, the next try with it must not be the last.
  if (matched) parts_.proofs.give_back_code_attempt(tx, email_index, kPurpose);
  parts_.audit.record(tx, {.type = audit::type::kPasswordResetCodeTried,
                           .subject = whose,
                           .fields = {{"outcome", matched ? "right" : "wrong"}}});
  return matched;
}

awaitable<base::Result<void, Refusal>> PasswordReset::by_code(CodeReset request, Caller caller) {
  const auto email = text::prepare_email(request.email);
  if (!email) co_return invalid_input(email_problem(email.error()));
  // What is wrong with the password by its form alone costs no attempt.
  if (auto problem = parts_.passwords.check_form(request.password, "password")) {
    co_return invalid_input(std::move(*problem));
  }
  const std::string email_index = parts_.vault.email_index(*email);
  auto match = [&](db::Transaction& tx) { return match_code(tx, email_index, request.code); };
  const auto proof = co_await parts_.database.write(match);
  if (!proof) co_return link_refused();
  co_return co_await set_password(*proof, std::move(request.password), caller);
}

// The account a proof is good for at this moment. Nothing: disabled or gone, or it goes by another address by now.
std::optional<AccountWithProfile> PasswordReset::load(db::Transaction& tx, const MailProof& proof) const {
  auto record = parts_.accounts.find_with_profile(tx, proof.account);
  if (!record || record->state != AccountState::active) return std::nullopt;
  if (current_email_index(parts_, tx, *record) != proof.email_index) return std::nullopt;
  return record;
}

void PasswordReset::remove_strangers_factors(db::Transaction& tx, contract::AccountId account) const {
  const auto removed = remove_all_factors(tx, account);
  if (removed == 0) return;
  parts_.audit.record(tx, {.type = audit::type::kFactorsReset,
                           .subject = account.uuid(),
                           .fields = {{"removed", std::to_string(removed)}, {"by", "password_reset"}}});
}

base::Result<PasswordReset::Ended, Refusal> PasswordReset::apply(db::Transaction& tx, base::Uuid id,
                                                                 const std::string& hash) const {
  const auto now = parts_.clock.now();
  const auto proof = parts_.proofs.consume(tx, id, ProofPurpose::reset_password, now);
  const auto record = proof ? load(tx, *proof) : std::nullopt;
  if (!record) return link_refused();
  if (!parts_.accounts.replace_password_hash(tx, record->id, record->password_hash, hash, now)) return link_refused();
  // Whoever registered with an address that was not theirs may have added factors meanwhile: those of an account are
  // its mailbox's, or whoever owns the mailbox would be kept out by them.
  if (record->email_index.empty()) remove_strangers_factors(tx, record->id);
  // Another account may have proven the address first; the password is this account's all the same.
  (void)own_address(parts_, tx, *record, proof->email_index);
  parts_.proofs.close_all(tx, record->id, {ProofPurpose::reset_password, ProofPurpose::change_email}, now);
  parts_.outbox.send(tx, {.kind = MailKind::password_changed, .account = record->id});
  parts_.audit.record(tx, {.type = audit::type::kPasswordReset, .subject = record->id.uuid()});
  return parts_.session_store.end_all_of_account(tx, record->id, std::nullopt, EndReason::password_changed, now);
}

awaitable<base::Result<void, Refusal>> PasswordReset::set_password(base::Uuid proof, base::Secret password,
                                                                   Caller caller) {
  auto look = [&](db::Transaction& tx) -> std::optional<AccountWithProfile> {
    const auto open = parts_.proofs.find_open(tx, proof, ProofPurpose::reset_password, parts_.clock.now());
    return open ? load(tx, *open) : std::nullopt;
  };
  const auto record = co_await parts_.database.read(look);
  if (!record) co_return link_refused();  // before the hash: a dead link costs nothing
  const auto profile = parts_.vault.open(*record);
  const auto hash = co_await parts_.passwords.choose(
      password, "password", {record->username, profile.email, profile.display_name}, caller.address);
  if (!hash) co_return hash.error();

  auto work = [&](db::Transaction& tx) { return apply(tx, proof, *hash); };
  auto ended = co_await forgetting(parts_.profiles, record->id, parts_.database.write(work));
  if (!ended) co_return ended.error();
  co_await parts_.sessions.announce(std::move(*ended), EndReason::password_changed);
  const std::string account = record->id.to_string();
  parts_.log.info("password_reset", {{"account", account}}, &caller.trace);
  co_return base::Result<void, Refusal>();
}

}  // namespace gatehouse::identity
