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
  hand_bundle(false);
  if (journal_ != nullptr) journal_->confirm(as_of);
}

void LogFollower::follow() {
  const std::lock_guard lock(mutex_);
  const auto as_of =
      read_on([this](Rows rows, AsOf complete_as_of) { gates_.follow(std::move(rows), complete_as_of); });
  const auto changed = installation_.keys.reload();
  if (!changed) throw std::runtime_error(to_string(changed.error()));
  if (*changed || roles_changed_) hand_bundle(true);
  if (journal_ != nullptr) journal_->confirm(as_of);
}

// Returns the moment as of which all was read: that before the last read began.
template <class Hand>
base::SteadyPoint LogFollower::read_on(Hand hand) {
  for (;;) {
    const auto began = installation_.clock.steady_now();
    // After a failure from the beginning: what answers next may be a replica that took over without the last rows, and
    // gives their numbers again. Gates and journal bear to hear of a row twice.
    const identity::FollowerState known = std::exchange(state_, {});
    std::vector<identity::RoleRecord> roles;
    auto read = installation_.database->read_blocking([&](db::Transaction& tx) {
      roles = role_store_.list(tx);
      return installation_.revocations.follow(tx, known, installation_.clock.now(), kStep);
    });
    if (installation_.roles.take_over(roles)) roles_changed_ = true;
    if (journal_ != nullptr) journal_->append(read.rows);
    hand(std::move(read.rows), read.complete ? AsOf(began) : std::nullopt);
    state_ = std::move(read.next);
    if (read.complete) return began;
  }
}

void LogFollower::hand_bundle(bool started) {
  const auto ring = installation_.keys.snapshot();
  const auto roles = installation_.roles.snapshot();
  gates_.set_keys(ring->verification, started);
  gates_.set_roles(roles, started);
  if (journal_ != nullptr) journal_->set_bundle(*ring->verification, *roles);
  roles_changed_ = false;
}

}  // namespace gatehouse::app
