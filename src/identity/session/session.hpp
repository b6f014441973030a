#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "contract/ids.hpp"
#include "platform/base/clock.hpp"

namespace gatehouse::identity {

// Why a session ended before its time. Stored and logged by name.
enum class EndReason : std::uint8_t {
  sign_out,          // by its own refresh or access token
  ended_by_owner,    // from another session of the same account
  ended_by_admin,    //
  session_limit,     // a newer sign-in of the account took its place
  password_changed,  //
  account_disabled,  //
  factor_removed,    // a second factor of the account
  account_erased,    //
  replaced,          // by itself under another id: its holder has shown again who they are
  refresh_reuse,     // a refresh token was presented again after its successor: one of the two holders stole it
};
inline constexpr std::size_t kEndReasons = 10;
[[nodiscard]] std::string_view to_string(EndReason reason);

struct SessionOptions {
  std::chrono::seconds idle = std::chrono::hours(24 * 30);      // since the last refresh
  std::chrono::seconds absolute = std::chrono::hours(24 * 90);  // since the sign-in; no refresh moves it
  std::chrono::seconds grace{10};  // how long after a rotation the predecessor gets the same successor again
  std::size_t max_per_account = 50;
  std::chrono::seconds keep_ended = std::chrono::hours(24 * 30);  // how long rows of ended sessions are kept

  // Until when a session that is used now lives if nobody uses it again.
  [[nodiscard]] base::TimePoint idle_until(base::TimePoint now, base::TimePoint expires_at) const {
    return std::min<base::TimePoint>(now + idle, expires_at);
  }
};

// Where a client keeps its refresh token, and so where it gets the next one.
enum class TokenPlace : std::uint8_t { cookie, body };

// Where a sign-in came from, as the account's owner sees it in the list of sessions. Personal data: stored sealed under
// the account's own key, never logged.
struct ClientInfo {
  std::string address;
  std::string agent;                       // User-Agent
  std::optional<TokenPlace> refresh_in{};  // nothing: its session began when that was not kept
  bool known_device = false;               // it proved an earlier sign-in to this account; not kept
};

// A session as it lies in the database.
struct SessionRecord {
  contract::SessionId id;
  contract::AccountId account;
  base::TimePoint created_at;
  base::TimePoint last_used_at;
  std::string client_sealed;
  std::vector<std::string> amr;
  base::TimePoint auth_time;
  base::TimePoint idle_expires_at;  // never after expires_at
  base::TimePoint expires_at;
  std::optional<base::TimePoint> ended_at{};

  [[nodiscard]] bool live(base::TimePoint now) const { return !ended_at && now < idle_expires_at; }
};

// A live session as its owner sees it.
struct SessionView {
  contract::SessionId id;
  ClientInfo client;
  base::TimePoint created_at;
  base::TimePoint last_used_at;
  base::TimePoint expires_at;  // without further use, else later
  std::vector<std::string> amr;
  base::TimePoint auth_time;
};

}  // namespace gatehouse::identity
