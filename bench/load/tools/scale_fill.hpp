#pragma once

#include <cstddef>
#include <iosfwd>
#include <string>

#include "app/installation.hpp"
#include "platform/base/clock.hpp"

namespace gatehouse::bench {

struct ScaleFill {
  std::size_t accounts = 0;
  std::size_t accounts_a_session = 10;  // every how manieth account has a live session
  base::TimePoint now{};                // the same for accounts and sessions
};

// Columns of the rows below, in their order: what COPY is told.
inline constexpr const char* kAccountColumns =
    "id, epoch, updated_at, data_key_seed, state, roles, username, username_skeleton, email_index, password_hash";
inline constexpr const char* kProfileColumns = "account_id, created_at, profile_sealed";
inline constexpr const char* kSessionColumns =
    "id, account_id, created_at, last_used_at, counter, rotated_at, auth_time, idle_expires_at, expires_at, amr, "
    "client_sealed";

// Rows for COPY: genuine accounts of this installation, each with the one password, hashed once.
void write_accounts(const app::Installation& installation, const ScaleFill& fill, const std::string& password,
                    std::ostream& out);
// Their profiles, sealed under the accounts' keys.
void write_profiles(const app::Installation& installation, const ScaleFill& fill, std::ostream& out);
// Their live sessions, begun and last used within the last four weeks.
void write_sessions(const app::Installation& installation, const ScaleFill& fill, std::ostream& out);

}  // namespace gatehouse::bench
