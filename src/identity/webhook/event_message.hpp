#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "platform/audit/event.hpp"
#include "platform/base/uuid.hpp"
#include "platform/db/transaction.hpp"

namespace gatehouse::identity {

// What a job of the queue `webhook` is about.
struct EventJob {
  base::Uuid endpoint;
  std::int64_t seq = 0;  // of the event

  [[nodiscard]] std::string payload() const;
  // Each endpoint is told by one delivery at a time, and holds up no other.
  [[nodiscard]] std::string lane() const { return endpoint.to_string(); }
  [[nodiscard]] static std::optional<EventJob> read(std::string_view payload);
};

// The same for each attempt, each endpoint and each replay, so that receivers know what they have had: `evt_42`.
[[nodiscard]] std::string message_id(std::int64_t seq);
// The body: {type, timestamp, data: {seq, actor?, subject?, fields}}.
[[nodiscard]] std::string message_body(const audit::RecordedEvent& event);

// The highest number in the log; 0: it is empty.
[[nodiscard]] std::int64_t newest_event(db::Transaction& tx);

}  // namespace gatehouse::identity
