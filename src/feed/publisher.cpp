#include "feed/publisher.hpp"

#include <utility>

namespace gatehouse::feed {

boost::asio::awaitable<void> Publisher::publish(std::vector<contract::Revocation> rows) {
  // The journal first, as it never waits: its followers hear of it while our own loops apply it.
  journal_.append(rows);
  return own_gates_.publish(std::move(rows));
}

}  // namespace gatehouse::feed
