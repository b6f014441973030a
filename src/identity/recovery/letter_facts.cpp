#include "identity/recovery/letter_facts.hpp"

#include <chrono>
#include <string>

#include "identity/session/agent_family.hpp"

namespace gatehouse::identity {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

ProofPurpose purpose_of(MailKind kind) {
  switch (kind) {
    case MailKind::confirm_new_email: return ProofPurpose::change_email;
    case MailKind::email_changed_notice: return ProofPurpose::restore_email;
    case MailKind::reset_password: return ProofPurpose::reset_password;
    default: return ProofPurpose::verify_email;
  }
}

// What is left of it: a letter that waited for the mail server says the truth.
template <class Unit>
std::string left(base::TimePoint until, base::TimePoint now) {
  return std::to_string(std::chrono::ceil<Unit>(until - now).count());
}

}  // namespace

std::optional<MailFacts> LetterFacts::of_proof(db::Transaction& tx, const MailJob& job) const {
  const auto now = parts_.clock.now();
  const auto proof = parts_.proofs.find_open(tx, job.reference, purpose_of(job.kind), now);
  if (!proof || proof->account != job.account) return std::nullopt;
  MailFacts facts;
  facts.values["minutes"] = left<minutes>(proof->expires_at, now);
  facts.values["hours"] = left<hours>(proof->expires_at, now);
  if (proof->email_sealed.empty()) return facts;
  const auto record = parts_.accounts.find(tx, proof->account);
  if (!record || record->data_key_seed.empty()) return std::nullopt;
  facts.address = parts_.vault.open_address(*record, proof->id, proof->email_sealed);
  return facts;
}

std::optional<MailFacts> LetterFacts::of_invite(db::Transaction& tx, const MailJob& job) const {
  const auto now = parts_.clock.now();
  const auto invite = invites_.find_open(tx, contract::AccountId(job.reference), now);
  if (!invite) return std::nullopt;
  MailFacts facts;
  facts.address = parts_.vault.open(as_account(*invite)).email;
  facts.values["days"] = left<std::chrono::days>(invite->expires_at, now);
  return facts;
}

std::optional<MailFacts> LetterFacts::of_new_device(db::Transaction& tx, const MailJob& job) const {
  // Also of a session that has ended since, or goes on under another id: whoever began it hides nothing by that.
  const auto client = parts_.sessions.client(tx, job.account, contract::SessionId(job.reference));
  if (!client) return MailFacts{};  // its row is gone, and the owner is told all the same
  MailFacts facts;
  facts.values["device"] = agent_family(client->agent);
  facts.values["place"] = client->address;
  return facts;
}

}  // namespace gatehouse::identity
