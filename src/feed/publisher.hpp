#pragma once

#include <vector>

#include "contract/revocation_feed.hpp"
#include "feed/journal.hpp"

namespace gatehouse::feed {

// What identity ends goes to this process's own gates and into its journal, from where every other process gets it.
// publish() waits for the former alone: nobody is to wait for a network to be told that something has ended.
class Publisher final : public contract::RevocationFeed {
 public:
  // REQUIRES: both outlive it.
  Publisher(contract::RevocationFeed& own_gates, Journal& journal) : own_gates_(own_gates), journal_(journal) {}

  boost::asio::awaitable<void> publish(std::vector<contract::Revocation> rows) override;

 private:
  contract::RevocationFeed& own_gates_;
  Journal& journal_;
};

}  // namespace gatehouse::feed
