#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "contract/ids.hpp"
#include "contract/revocation_feed.hpp"
#include "identity/session/session.hpp"
#include "identity/session/session_metrics.hpp"
#include "identity/session/session_store.hpp"
#include "identity/token/access_token.hpp"
#include "identity/token/refresh_token.hpp"
#include "platform/base/clock.hpp"
#include "platform/base/random.hpp"
#include "platform/base/result.hpp"
#include "platform/base/secret.hpp"
#include "platform/db/database.hpp"
#include "platform/telemetry/log.hpp"

namespace gatehouse::identity {

enum class RefreshError {
  invalid,           // not a token of ours, or its session is unknown
  expired,           // idle or absolute
  ended,             // the session ended before
  replaced,          // the session goes on under another id since a reauthentication, whose answer has its tokens
  reuse_detected,    // it has a successor that was used, or was given out too long ago: the session has just ended
  account_disabled,  //
};
[[nodiscard]] std::string_view to_string(RefreshError error);

enum class SessionError {
  account_unavailable,  // there is no such account, or it is disabled
};

// What the holder of a session gets: at the sign-in and at each refresh.
struct SessionTokens {
  contract::AccountId account;
  contract::SessionId session;
  base::Secret refresh_token;
  std::chrono::seconds refresh_expires_in{0};  // until the session expires if nobody refreshes: the cookie's Max-Age
  base::Secret access_token;
  std::chrono::seconds expires_in{0};  // of the access token
};

// A session that a transaction has written but that nobody has been told of yet.
struct OpenedSession {
  RefreshToken refresh;
  AccessGrant grant;
  std::vector<contract::Revocation> revoked;  // the account's oldest sessions, beyond the cap
};

// A session that goes on as another one since its holder has shown again who they are: written, and nobody told.
struct RenewedSession {
  RefreshToken refresh;
  AccessGrant grant;
  std::optional<TokenPlace> refresh_in;  // where its sign-in wanted the refresh token
  contract::Revocation revoked;          // the session before
};

// Hears of each session that is opened, within the transaction. Thread-safe.
class SessionWatcher {
 public:
  virtual ~SessionWatcher() = default;
  virtual void opened(db::Transaction& tx, const AccessGrant& session, const ClientInfo& client) const = 0;
};

// Sessions from the sign-in to their end. What ends a session is committed and has reached every gate of this process
// before the call completes. The coroutines run on any event loop; all is thread-safe.
class SessionService {
 public:
  struct Parts {  // all outlive the service
    db::Database& database;
    const SessionStore& store;
    const RefreshTokenCodec& refresh_tokens;
    const AccessTokenIssuer& access_tokens;
    const base::Secret& account_kek;
    contract::RevocationFeed& feed;
    const base::Clock& clock;
    base::Random& random;
    telemetry::Logger& log;
    SessionMetrics& metrics;
    const SessionWatcher* watcher = nullptr;
  };
  explicit SessionService(Parts parts) : parts_(parts) {}

  // A sign-in in two halves, so that whoever proves who someone is can do both in one transaction: open() inside it
  // (blocking), complete() after its commit. A session that was opened and not completed is of no use to anyone.
  [[nodiscard]] base::Result<OpenedSession, SessionError> open(db::Transaction& tx, contract::AccountId account,
                                                               const ClientInfo& client,
                                                               const std::vector<std::string>& amr) const;
  boost::asio::awaitable<SessionTokens> complete(OpenedSession opened);
  // Both halves in a transaction of their own.
  boost::asio::awaitable<base::Result<SessionTokens, SessionError>> start(contract::AccountId account,
                                                                          ClientInfo client,
                                                                          std::vector<std::string> amr);

  // A reauthentication in two halves, as a sign-in: the session goes on under another id, so that no token from before
  // is worth anything after it (ASVS 7.2.4; docs/adr/0059). `methods`: what was shown now, at `auth_time`; of the
  // sign-in's own its password is left beside them. Nothing: not live.
  [[nodiscard]] std::optional<RenewedSession> renew(db::Transaction& tx, contract::SessionId session,
                                                    const std::vector<std::string>& methods) const;
  boost::asio::awaitable<SessionTokens> complete(RenewedSession renewed);

  // Rotates. A retry within the grace window gets the same refresh token again. Forged tokens never reach the database.
  boost::asio::awaitable<base::Result<SessionTokens, RefreshError>> refresh(std::string_view refresh_token);

  // All of these return how many sessions (or whether one) they ended; one that is not live is not an error.
  boost::asio::awaitable<bool> end(contract::SessionId session, EndReason reason);
  // Only when it belongs to `account`: for another account's session the answer is that of an unknown one.
  boost::asio::awaitable<bool> end_of_account(contract::AccountId account, contract::SessionId session,
                                              EndReason reason);
  // Sign-out with a refresh token, whichever of the session's it is. False: not a token of ours, or not live.
  boost::asio::awaitable<bool> end_by_refresh_token(std::string_view refresh_token);
  boost::asio::awaitable<std::size_t> end_others(contract::AccountId account, contract::SessionId keep,
                                                 EndReason reason);

  // Live sessions, newest first.
  boost::asio::awaitable<std::vector<SessionView>> list(contract::AccountId account);
  // Nothing: unknown, not live, or another account's.
  boost::asio::awaitable<std::optional<SessionView>> find(contract::AccountId account, contract::SessionId session);

  // Where a session of the account came from, live or not. Nothing: unknown, or another account's.
  [[nodiscard]] std::optional<ClientInfo> client(db::Transaction& tx, contract::AccountId account,
                                                 contract::SessionId session) const;

  // For services that end sessions inside a transaction of their own (SessionStore::end_all_of_account): counts and
  // logs what ended and brings the rows to the gates. Call after the commit, before answering.
  boost::asio::awaitable<void> announce(std::vector<contract::Revocation> rows, EndReason reason);

 private:
  SessionTokens tokens_of(const RefreshToken& refresh, const AccessGrant& grant) const;

  Parts parts_;
};

}  // namespace gatehouse::identity
