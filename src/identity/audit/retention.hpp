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
  bool refused = false;    // a batch that does not verify is evidence: it and what follows stays
};

// Removes, in one transaction, some batches that were sealed before `now - keep`, from the front, and leaves a
// checkpoint in their place. The newest batch always stays. Recorded as an event. Nothing while another node does the
// same.
[[nodiscard]] Retained remove_old_batches(db::Database& database, const audit::Log& log, const crypto::SigningKey& key,
                                          std::chrono::seconds keep, base::TimePoint now);

}  // namespace gatehouse::identity
