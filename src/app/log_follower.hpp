#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>

#include "app/installation.hpp"
#include "feed/journal.hpp"
#include "gate/gates.hpp"
#include "identity/role/role_store.hpp"
#include "identity/token/follower_state.hpp"
#include "identity/token/key_manager.hpp"

namespace gatehouse::app {

// Brings what the database says of revocations, keys and roles to the gates of this process, and into its journal if it
// keeps one. Other processes write to the database, too. Thread-safe; blocks: not for event loops.
class LogFollower {
 public:
  // Loads the log, the keys and the roles into the gates, whose loops have not started yet. Throws base::Unavailable
  // when the database can't be read. `journal` may be null. REQUIRES: all outlive it.
  LogFollower(Installation& installation, gate::Gates& gates, feed::Journal* journal);

  // What has been added since. When it returns, every gate has what the database held at the time of the call.
  // Throws base::Unavailable, and std::runtime_error when the keys can't be opened. REQUIRES: the loops have started.
  void follow();
  // Hands out the keys after this process itself has changed the ring.
  void keys_changed() {
    const std::lock_guard lock(mutex_);
    hand_on(true);
  }

 private:
  template <class Hand>
  base::SteadyPoint read_on(Hand hand);
  void hand_on(bool started);

  Installation& installation_;
  gate::Gates& gates_;
  feed::Journal* const journal_;
  const identity::RoleStore role_store_{};

  std::mutex mutex_;
  // Guarded by mutex_.
  // What the database was seen to hold.
  struct Seen {
    identity::FollowerState log;
    std::optional<std::int64_t> roles;  // their version
  } seen_;
  // What the gates were told.
  std::shared_ptr<const identity::KeyRingSnapshot> handed_ring_;
  contract::RoleSnapshot handed_roles_;
};

}  // namespace gatehouse::app
