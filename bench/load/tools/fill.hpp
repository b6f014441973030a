#pragma once

#include <cstddef>
#include <iosfwd>
#include <string>

#include "app/installation.hpp"

namespace gatehouse::bench {

// Fills a data folder as so many requests would have, through the stores that serve them, in transactions of
// `kRowsAtOnce`. REQUIRES of all: no process serves the folder, since none would be told.
inline constexpr std::size_t kRowsAtOnce = 50'000;

// Accounts `member-0` … with one password, which is hashed once: each sign-in costs what it always costs.
void fill_accounts(app::Installation& installation, std::size_t count, const std::string& password);

// Live sessions, kSessionsEach for every account, which are made, too. Writes the refresh tokens of the first `shown`
// to `out`, one a line.
inline constexpr std::size_t kSessionsEach = 20;
void fill_sessions(app::Installation& installation, std::size_t count, std::size_t shown, std::ostream& out);

// Rows of the revocation log for as many sessions, live for as long as a row lives.
void fill_revocations(app::Installation& installation, std::size_t count);

// Access tokens of as many accounts and sessions, valid from now, one a line. Nothing is written to the database: the
// gate looks at none.
void mint_tokens(app::Installation& installation, std::size_t count, std::ostream& out);

}  // namespace gatehouse::bench
