#pragma once

#include <cstdint>
#include <vector>

#include "gate/refusals.hpp"
#include "identity/audit/denial_book.hpp"
#include "platform/base/clock.hpp"
#include "platform/telemetry/log.hpp"

namespace gatehouse::app {

// What a process has refused since the last time, and nothing else records.
struct Refused {
  std::vector<gate::Refusal> by_gate{};
  std::uint64_t malformed = 0;  // requests that the parser took no part of: whose they were it does not know
};

// On its way to whoever looks for it: into `book`, from which it becomes events of the audit log.
void note_in(identity::DenialBook& book, const Refused& refused);

// The same where there is no database: the lines `access_denied` and `requests_malformed` of the log, as rare as the
// events would be. One thread at a time.
class LoggedDenials {
 public:
  // REQUIRES: both outlive it.
  LoggedDenials(const base::Clock& clock, telemetry::Logger& log) : clock_(clock), log_(log) {}

  void tell(const Refused& refused);

 private:
  const base::Clock& clock_;
  telemetry::Logger& log_;
  identity::DenialBook book_;
};

}  // namespace gatehouse::app
