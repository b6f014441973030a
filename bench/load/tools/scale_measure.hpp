#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <string>

#include "app/installation.hpp"

namespace gatehouse::bench {

struct ScaleMeasure {
  std::string step;          // a name of kScaleSteps
  std::size_t accounts = 0;  // as they were filled
  std::size_t accounts_a_session = 10;
  std::size_t among = 0;    // draw from that many accounts, spread over all; 0: from all
  std::size_t from = 0;     // steps that use something up (a name, a session's counter) begin here
  std::size_t threads = 1;  // that many are in flight, each thread one after the other
  std::chrono::milliseconds duration{0};
  std::uint64_t seed = 1;
};

// What a request does in the database, through the stores that serve it and without HTTP and hash; each time another
// account, uniformly from all of them, which is the worst that a cache can meet:
//   username, email: the read of a sign-in
//   session:         the write of a sign-in, after that read
//   registration:    a new account
//   refresh:         a rotation; the sessions are used in turn
//   sweep:           a rest, then 500 sessions that expired are removed; REQUIRES: there are enough
inline constexpr const char* kScaleSteps = "username, email, session, registration, refresh, sweep";

// Half a second passes before anything counts. Writes one line of JSON: used (steps in all), count, seconds, conflicts
// (transactions that ran again), and in microseconds p50, p99, p999 and mean. Throws when a step did not succeed.
void measure_scale(app::Installation& installation, const ScaleMeasure& measure, std::ostream& out);

// Refresh tokens of sessions that no step uses, one a line; each may be asked for once.
void print_scale_tokens(const app::Installation& installation, const ScaleMeasure& measure, std::size_t count,
                        std::ostream& out);

// Usernames, one a line: of any accounts, or with `from` the ones that follow it.
void print_scale_names(const ScaleMeasure& measure, std::size_t count, std::ostream& out);

}  // namespace gatehouse::bench
