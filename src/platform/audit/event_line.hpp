#pragma once

#include <string>

#include "platform/audit/event.hpp"

namespace gatehouse::audit {

// An event as one line of NDJSON, without the line feed: what is exported, and what a batch's hash is over. Two events
// that differ in anything have different lines, and a line it stays whatever the database was made to hold.
[[nodiscard]] std::string event_line(const RecordedEvent& event);

}  // namespace gatehouse::audit
