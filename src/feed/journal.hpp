#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "contract/permission.hpp"
#include "contract/revocation.hpp"
#include "crypto/key_set.hpp"
#include "feed/bundle.hpp"
#include "feed/cluster_keys.hpp"
#include "feed/ids.hpp"
#include "feed/message.hpp"
#include "platform/base/clock.hpp"
#include "platform/base/random.hpp"
#include "platform/telemetry/metrics.hpp"

namespace gatehouse::feed {

struct Waiting;  // who waits for a journal to grow

struct JournalOptions {
  // How long a row can matter, counted from when it was learned: the lifetime of the longest-lived access token in
  // use, with leeway and margin. On the steady clock: a wall clock that is a day ahead must drop nothing.
  std::chrono::seconds keep = std::chrono::minutes(20);
  std::size_t max_waiting = 256;  // followers whose question is held; one more is refused
};

// What an identity process tells those who follow it: every live row of the revocation log in the order in which this
// process learned of it (by ending something itself, or from the database), keys and roles, and as of when the database
// held nothing that is not in here. Held in memory, 34 bytes a session, and new at each start.
//
// Thread-safe. No call blocks for longer than it takes to copy a page of rows.
class Journal {
 public:
  // REQUIRES: all outlive it.
  Journal(const JournalOptions& options, const ClusterKeys& cluster, const base::Clock& clock, base::Random& random,
          telemetry::Metrics& metrics);
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  [[nodiscard]] InstanceId instance() const noexcept { return instance_; }

  // A row that was added lately is not added again: what this process ends comes back to it from the database.
  void append(const std::vector<contract::Revocation>& rows);
  // The journal holds whatever the database held at `as_of`, and set_bundle() was told its keys and roles as of then:
  // for a read, the moment before it began. Never moves back.
  void confirm(base::SteadyPoint as_of);
  // REQUIRES: they fit Message::kMaxBundleBytes.
  void set_bundle(const crypto::KeySet& keys, const contract::RolePermissions& roles);

  // A stretch behind `after`, at most Message::kMaxRows rows; the bundle unless it is `known`. An `after` that this
  // journal has not reached is another instance's, and read as 0. Carrier, nonce, beat and held are the caller's.
  [[nodiscard]] Message read(Position after, BundleVersion known) const;
  [[nodiscard]] Position head() const;

  // A place among those who wait; given back when it goes, which may be after the journal: a question that is held when
  // the process stops goes with its event loop.
  class Place {
   public:
    Place(Place&& other) noexcept : waiting_(std::move(other.waiting_)), number_(other.number_) {}
    Place& operator=(Place&&) = delete;
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    ~Place();

   private:
    friend class Journal;
    Place(std::shared_ptr<Waiting> waiting, std::uint64_t number) : waiting_(std::move(waiting)), number_(number) {}
    std::shared_ptr<Waiting> waiting_;
    std::uint64_t number_;
  };
  // Calls `notify`, once and from any thread, when there is something beyond `after` or another bundle than `known`, as
  // long as the place is held; at once when there is already. Nothing when too many are waiting. `notify` must not call
  // back.
  [[nodiscard]] std::optional<Place> watch(Position after, BundleVersion known, std::function<void()> notify);

 private:
  struct Page {
    Position first = 0;  // of its first row
    std::size_t count = 0;
    std::string rows;
    base::SteadyPoint newest;  // when its last row was learned
  };
  static constexpr std::size_t kPageRows = 1'024;
  static constexpr std::size_t kRemembered = 16'384;  // rows known by their fingerprint, to tell what comes back

  [[nodiscard]] bool is_news(Position after, BundleVersion known) const;
  [[nodiscard]] bool remember(const contract::Revocation& row);
  void add(const contract::Revocation& row);
  void drop_old();
  void register_metrics(telemetry::Metrics& metrics);

  const JournalOptions options_;
  const ClusterKeys& cluster_;
  const base::Clock& clock_;
  base::Random& random_;
  const InstanceId instance_;
  const std::shared_ptr<Waiting> waiting_;

  mutable std::mutex mutex_;
  // Guarded by mutex_.
  std::deque<Page> pages_;
  Position head_ = 0;
  std::size_t rows_ = 0;
  std::unordered_set<std::uint64_t> remembered_;
  std::vector<std::uint64_t> remembered_order_;  // a ring
  std::size_t next_remembered_ = 0;
  std::optional<base::SteadyPoint> confirmed_as_of_;
  Bundle bundle_;
};

}  // namespace gatehouse::feed
