#include "identity/token/key_administration.hpp"

#include <string>

namespace gatehouse::identity {

using boost::asio::awaitable;

awaitable<std::vector<KeyRecord>> KeyAdministration::list() {
  co_return co_await parts_.background.run([this](std::size_t) { return parts_.keys.list(); });
}

awaitable<base::Result<void, KeyRingError>> KeyAdministration::rotate(contract::AccountId by,
                                                                      telemetry::TraceContext trace) {
  const auto done =
      co_await parts_.background.run([this, by](std::size_t) { return parts_.keys.rotate({.account = by.uuid()}); });
  if (!done) co_return done;
  co_await parts_.changes.announce();
  const std::string account = by.to_string();
  parts_.log.info("key_rotated", {{"by", account}}, &trace);
  co_return done;
}

}  // namespace gatehouse::identity
