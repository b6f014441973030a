#pragma once

#include <cstddef>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "crypto/verification_key.hpp"
#include "identity/audit/chain_checker.hpp"
#include "platform/base/clock.hpp"
#include "platform/db/database.hpp"

namespace gatehouse::identity {

struct LogVerification {
  std::vector<AuditFinding> findings{};  // in the order met, at most ChainChecker::kMaxFindings
  std::size_t findings_total = 0;        // none: the log is as it was sealed
  std::size_t batches = 0;
  std::size_t events = 0;    // sealed
  std::size_t unsealed = 0;  // behind the last batch, and not overdue: not yet proof against changes
  ChainHead behind{};        // what it begins behind: what retention has removed, or an export does not hold
  ChainHead head{};          // to be kept elsewhere, and given as a witness the next time
  std::string kid{};         // of the key that everything is signed with
};

// Goes through the whole log in the database, a few batches a transaction, beside whoever works with it. `witnesses`:
// ends of the chain that were seen before (the head file, a line of the log, an export): each has to be there still.
// Blocks. Throws base::Unavailable.
[[nodiscard]] LogVerification verify_log(db::Database& database, const crypto::VerificationKey& key,
                                         const std::vector<ChainHead>& witnesses, base::TimePoint now);

// An export, by nothing but itself: the key is the one it names, unless `pinned_kid` names another, which is a finding.
[[nodiscard]] LogVerification verify_export(std::istream& file, const std::optional<std::string>& pinned_kid);

}  // namespace gatehouse::identity
