#pragma once

#include "platform/audit/event.hpp"
#include "platform/base/clock.hpp"
#include "platform/db/transaction.hpp"

namespace gatehouse::audit {

// The audit log's one way in: one INSERT, so that the event exists exactly if what else the transaction does has
// happened. Thread-safe. REQUIRES: at most kMaxFields.
void record(db::Transaction& tx, const Event& event, base::TimePoint now);

// The same with a clock, for whoever has no time at hand. Stateless but for the clock; thread-safe.
class Log {
 public:
  explicit Log(const base::Clock& clock) : clock_(clock) {}  // outlives the log

  void record(db::Transaction& tx, const Event& event) const { audit::record(tx, event, clock_.now()); }

 private:
  const base::Clock& clock_;
};

// The fields as they are stored: a JSON object of strings, on one line whatever they hold (controls, line separators
// and what reorders text are escaped; bytes that are not UTF-8 become U+FFFD). Names in the order given.
[[nodiscard]] std::string encode_fields(const std::vector<Field>& fields);

}  // namespace gatehouse::audit
