#include "app/log_follower.hpp"

#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

namespace gatehouse::app {
namespace {

constexpr std::size_t kStep = 10'000;  // rows a read

using Rows = std::vector<contract::Revocation>;
using AsOf = std::optional<base::SteadyPoint>;

}  // namespace

LogFollower::LogFollower(Installation& installation, gate::Gates& gates, feed::Journal* journal)
    : installation_(installation), gates_(gates), journal_(journal) {
  const auto as_of = read_on([this](Rows rows, AsOf complete_as_of) { gates_.load(rows, complete_as_of); });
  hand_on(false);
  if (journal_ != nullptr) journal_->confirm(as_of);
}

void LogFollower::follow() {
  const std::lock_guard lock(mutex_);
  const auto as_of =
      read_on([this](Rows rows, AsOf complete_as_of) { gates_.follow(std::move(rows), complete_as_of); });
  if (const auto loaded = installation_.keys.reload(); !loaded) throw std::runtime_error(to_string(loaded.error()));
  hand_on(true);
  if (journal_ != nullptr) journal_->confirm(as_of);
}

// Returns the moment as of which all was read: that before the last read began.
template <class Hand>
base::SteadyPoint LogFollower::read_on(Hand hand) {
  for (;;) {
    const auto began = installation_.clock.steady_now();
    // After a failure from the beginning: what answers next may be a replica that took over without the last rows, and
    // gives their numbers again. Gates and journal bear to hear of a row twice.
    const Seen known = std::exchange(seen_, {});
    auto [roles, log] = installation_.database->read_blocking([&](db::Transaction& tx) {
      return std::pair(role_store_.follow(tx, known.roles),
                       installation_.revocations.follow(tx, known.log, installation_.clock.now(), kStep));
    });
    if (roles.records) installation_.roles.take_over(*roles.records);
    if (journal_ != nullptr) journal_->append(log.rows);
    hand(std::move(log.rows), log.complete ? AsOf(began) : std::nullopt);
    seen_ = {.log = std::move(log.next), .roles = roles.version};
    if (log.complete) return began;
  }
}

// Whoever has loaded them anew, this follower or who has just changed them: each snapshot once.
void LogFollower::hand_on(bool started) {
  auto ring = installation_.keys.snapshot();
  auto roles = installation_.roles.snapshot();
  if (ring == handed_ring_ && roles == handed_roles_) return;
  if (ring != handed_ring_) gates_.set_keys(ring->verification, started);
  if (roles != handed_roles_) gates_.set_roles(roles, started);
  if (journal_ != nullptr) journal_->set_bundle(*ring->verification, *roles);
  handed_ring_ = std::move(ring);
  handed_roles_ = std::move(roles);
}

}  // namespace gatehouse::app
