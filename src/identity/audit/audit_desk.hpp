#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "contract/ids.hpp"
#include "crypto/signing_key.hpp"
#include "identity/audit/log_export.hpp"
#include "platform/audit/error_book.hpp"
#include "platform/audit/event_store.hpp"
#include "platform/base/clock.hpp"
#include "platform/db/database.hpp"

namespace gatehouse::identity {

struct EventPage {
  std::vector<audit::RecordedEvent> events;  // newest first
  std::optional<std::int64_t> next{};        // the number behind which the next page begins; nothing: this was the last
};

// What an administrator reads: the audit log and the errors that callers were told an id of. For event loops;
// thread-safe. All throw base::Unavailable.
class AuditDesk {
 public:
  struct Parts {  // all outlive it
    db::Database& database;
    const crypto::SigningKey& key;
    const base::Clock& clock;
  };
  explicit AuditDesk(Parts parts) : parts_(parts) {}

  // `types`: literals or text that lives until the call completes.
  boost::asio::awaitable<EventPage> page(audit::EventFilter filter);
  // Recorded as an event: who takes the log out of the house is part of it.
  boost::asio::awaitable<ExportPiece> take_out(ExportRange range, contract::AccountId who);

  boost::asio::awaitable<std::vector<audit::ErrorReport>> newest_errors(std::size_t limit);
  boost::asio::awaitable<std::vector<audit::ErrorReport>> find_errors(std::string error_id);

 private:
  Parts parts_;
};

}  // namespace gatehouse::identity
