#pragma once

#include <chrono>
#include <cstddef>

#include "crypto/signing_key.hpp"
#include "platform/audit/log.hpp"
#include "platform/base/clock.hpp"
#include "platform/db/database.hpp"

namespace gatehouse::identity {

struct Retained {
  std::size_t events = 0;  // removed
  bool complete = true;    // false: there may be more; call again
  // Something is not as it was sealed: a record, a row that says other than its record (its time decides nothing), a
  // batch that is missing. It is evidence: it and what follows stays.
  bool refused = false;
};

// Removes, in one transaction, some batches that were sealed before `now - keep`, from the front, and leaves a
// checkpoint in their place. The newest batch always stays. Recorded as an event. Nothing while another node does the
// same.
[[nodiscard]] Retained remove_old_batches(db::Database& database, const audit::Log& log, const crypto::SigningKey& key,
                                          std::chrono::seconds keep, base::TimePoint now);

}  // namespace gatehouse::identity
