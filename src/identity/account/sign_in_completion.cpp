#include "identity/account/sign_in_completion.hpp"

#include <string>
#include <utility>

namespace gatehouse::identity {

using boost::asio::awaitable;

awaitable<SessionTokens> SignInCompletion::complete(OpenedSession opened, HeldSession held, Caller caller) {
  const std::string account = opened.grant.account.to_string();
  auto tokens = co_await sessions_.complete(std::move(opened));
  if (held.replaced && held.session) co_await sessions_.end(*held.session, EndReason::sign_out);
  metrics_.signed_in(SignInOutcome::succeeded);
  const std::string session = tokens.session.to_string();
  log_.info("sign_in", {{"outcome", "succeeded"}, {"account", account}, {"session", session}}, &caller.trace);
  co_return std::move(tokens);
}

}  // namespace gatehouse::identity
