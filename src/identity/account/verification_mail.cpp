#include "identity/account/verification_mail.hpp"

#include <chrono>
#include <string>

namespace gatehouse::identity {
namespace {

constexpr std::size_t kMailsAnHour = 3;
constexpr std::chrono::minutes kLinkLifetime{30};

}  // namespace

void VerificationMail::send(db::Transaction& tx, contract::AccountId account, std::string_view email_index) const {
  const auto now = parts_.clock.now();
  const auto made = parts_.proofs.made_since(tx, email_index, ProofPurpose::verify_email, now - std::chrono::hours(1));
  const auto owner = parts_.accounts.find_by_email_index(tx, email_index);
  if (made >= kMailsAnHour) return;
  // Made for another's address, too, though its id is never mailed: it counts, and costs the same.
  const MailProof proof{.id = base::Uuid::random(parts_.random),
                        .account = account,
                        .purpose = ProofPurpose::verify_email,
                        .email_index = std::string(email_index),
                        .created_at = now,
                        .expires_at = now + kLinkLifetime};
  parts_.proofs.add(tx, proof);
  if (owner) {
    parts_.outbox.send(tx, {.kind = MailKind::address_in_use, .account = owner->id});
  } else {
    parts_.outbox.send(tx, {.kind = MailKind::verify_email, .account = account, .reference = proof.id});
  }
}

}  // namespace gatehouse::identity
