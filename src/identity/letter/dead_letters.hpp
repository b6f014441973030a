#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <vector>

#include "contract/ids.hpp"
#include "platform/audit/log.hpp"
#include "platform/base/uuid.hpp"
#include "platform/db/database.hpp"
#include "platform/queue/job_store.hpp"

namespace gatehouse::identity {

struct DeadLetterPage {
  std::vector<queue::DeadJob> letters;
  std::optional<base::Uuid> next{};  // behind which the next page begins; nothing: this was the last
};

// Letters that could not be sent, for administrators: kinds, ids and reasons, no addresses. Thread-safe.
// REQUIRES: all outlive it.
class DeadLetters {
 public:
  DeadLetters(db::Database& database, const queue::JobStore& jobs, const audit::Log& audit)
      : database_(database), jobs_(jobs), audit_(audit) {}

  // Newest first; `limit` within 1 … 100.
  boost::asio::awaitable<DeadLetterPage> page(std::optional<base::Uuid> after, std::size_t limit);
  // Sends it again, soon. False: there is none of that id, any more.
  boost::asio::awaitable<bool> retry(base::Uuid id, contract::AccountId who);

 private:
  db::Database& database_;
  const queue::JobStore& jobs_;
  const audit::Log& audit_;
};

}  // namespace gatehouse::identity
