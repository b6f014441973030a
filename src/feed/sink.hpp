#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "contract/revocation.hpp"
#include "feed/bundle.hpp"
#include "platform/base/clock.hpp"

namespace gatehouse::feed {

// Where what was heard goes: the gates of this process. Called by several threads, one at a time.
struct Sink {
  // Blocks until every gate has applied the rows. `complete_as_of`: with them, the gates have whatever was acknowledged
  // as ended before that moment; nothing when that can't be said.
  std::function<void(std::vector<contract::Revocation> rows, std::optional<base::SteadyPoint> complete_as_of)> follow;
  // Empty in a process that reads both from the database. Blocks until every gate has the roles.
  std::function<void(const BundleContent& content)> adopt;
  // What a node took for the time, at a moment between the two. Empty in a process that asks the database.
  std::function<void(base::TimePoint shown, base::SteadyPoint earliest, base::SteadyPoint latest)> hear_time{};
};

}  // namespace gatehouse::feed
