#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>

#include "contract/ids.hpp"
#include "identity/account/account_metrics.hpp"
#include "identity/account/caller.hpp"
#include "identity/session/session_service.hpp"
#include "platform/telemetry/log.hpp"

namespace gatehouse::identity {

// The session that the client of a sign-in holds already.
struct HeldSession {
  // From an authentic refresh token. When it is of the very account, the client is a known device, which others'
  // failures do not slow.
  std::optional<contract::SessionId> session{};
  // It ends with the success: its cookie is about to be overwritten, and a session that somebody else planted in this
  // browser must not outlive the sign-in (session fixation).
  bool replaced = false;
};

// What every sign-in ends with, whatever it took: the tokens, and what has to be known of it. Thread-safe.
class SignInCompletion {
 public:
  // REQUIRES: all outlive it.
  SignInCompletion(SessionService& sessions, telemetry::Logger& log, AccountMetrics& metrics)
      : sessions_(sessions), log_(log), metrics_(metrics) {}

  // After the commit of the transaction that opened the session.
  boost::asio::awaitable<SessionTokens> complete(OpenedSession opened, HeldSession held, Caller caller);
  // Counts a sign-in that came to nothing behind its first step.
  void refused(SignInOutcome why) noexcept { metrics_.signed_in(why); }

 private:
  SessionService& sessions_;
  telemetry::Logger& log_;
  AccountMetrics& metrics_;
};

}  // namespace gatehouse::identity
