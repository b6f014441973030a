#include "identity/recovery/recovery_parts.hpp"

#include <utility>

namespace gatehouse::identity {

std::string current_email_index(const RecoveryParts& parts, db::Transaction& tx, const AccountRecord& record) {
  if (!record.email_index.empty()) return record.email_index;
  return parts.unproven.find(tx, record.id).value_or("");
}

MailProof add_proof(const RecoveryParts& parts, db::Transaction& tx, contract::AccountId account, ProofPurpose purpose,
                    std::string email_index) {
  const auto now = parts.clock.now();
  MailProof proof{.id = base::Uuid::random(parts.random),
                  .account = account,
                  .purpose = purpose,
                  .email_index = std::move(email_index),
                  .created_at = now,
                  .expires_at = now + kLinkLifetime};
  parts.proofs.add(tx, proof);
  return proof;
}

base::Result<void, StoreError> own_address(const RecoveryParts& parts, db::Transaction& tx,
                                           const AccountWithProfile& record, const std::string& email_index) {
  if (record.email_index == email_index) return {};
  const NameChange names{.email_index = email_index, .profile_sealed = record.profile_sealed};
  const auto changed = parts.accounts.change_names(tx, record.id, names, parts.clock.now());
  if (!changed) return changed.error();
  parts.unproven.remove(tx, record.id);
  parts.audit.record(tx, {.type = audit::type::kEmailVerified, .actor = record.id.uuid(), .subject = record.id.uuid()});
  return {};
}

}  // namespace gatehouse::identity
