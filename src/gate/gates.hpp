#pragma once

#include <atomic>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "contract/authenticator.hpp"
#include "contract/revocation_feed.hpp"
#include "gate/gate.hpp"
#include "platform/runtime/event_loops.hpp"
#include "platform/telemetry/loop_histogram.hpp"
#include "platform/telemetry/metrics.hpp"

namespace gatehouse::gate {

// The gates of all loops, and how the rest of the process reaches them. Thread-safe but where a loop is named.
class Gates final : public contract::Authenticator, public contract::RevocationFeed {
 public:
  // REQUIRES: loops, clock and metrics outlive it.
  Gates(runtime::EventLoops& loops, GateOptions options, Policy policy, const base::Clock& clock,
        telemetry::Metrics& metrics);

  // REQUIRES: called on the request's own loop.
  void check(const http::Request& request, const http::WireOptions& wire, std::string& out) {
    if (times_.is_due(request.loop)) return check_timed(request, wire, out);
    gates_[request.loop]->check(request, wire, out);
  }

  // contract::Authenticator. REQUIRES: called on `loop`.
  base::Result<std::shared_ptr<const contract::Principal>, contract::AuthError> authenticate(
      std::size_t loop, std::string_view access_token) override;

  // What the gate of `loop` would make of a token where `rule` governs. REQUIRES: called on `loop`.
  [[nodiscard]] bool permits(std::size_t loop, std::string_view access_token, const Rule& rule);

  // contract::RevocationFeed: completes when every loop refuses what the rows say. REQUIRES: the loops have started.
  boost::asio::awaitable<void> publish(std::vector<contract::Revocation> rows) override;

  // What a follower of the log heard; for a thread that is no loop. `complete_as_of`: with these rows, every loop has
  // whatever was acknowledged as ended before that moment (for a read: the moment before it began); nothing when that
  // can't be said. Blocks until every loop has applied it. REQUIRES: the loops have started.
  void follow(std::vector<contract::Revocation> rows, std::optional<base::SteadyPoint> complete_as_of);
  // The same before the loops have started.
  void load(const std::vector<contract::Revocation>& rows, std::optional<base::SteadyPoint> complete_as_of);

  // Whether a loop may say yes: complete as of less than max_staleness ago. For readiness; thread-safe.
  [[nodiscard]] bool is_fresh() const;

  // Replaces the keys on every loop: at once before the loops have started, else by a post to each. Signatures of the
  // new ones are checked the slower way until tend() has prepared them.
  void set_keys(std::shared_ptr<const crypto::KeySet> keys, bool started);

  // What a second owes: prepares keys that are new, some 10 ms each, and forgets a 256th of what has expired. For a
  // thread that is no loop (Keeper's). REQUIRES: the loops have started.
  void tend();

  // What was answered 403 since the last call, of every loop. For a thread that is no loop (Keeper's). REQUIRES: the
  // loops have started.
  [[nodiscard]] std::vector<Refusal> take_refusals();

  // Replaces the roles in force; where the loops have started, blocks until every one of them judges by these: for a
  // thread that is no loop.
  void set_roles(const contract::RoleSnapshot& roles, bool started);

 private:
  void check_timed(const http::Request& request, const http::WireOptions& wire, std::string& out);
  void register_metrics(telemetry::Metrics& metrics);
  void note_completeness(base::SteadyPoint as_of);
  [[nodiscard]] std::optional<base::SteadyPoint::duration> feed_age() const;

  runtime::EventLoops& loops_;
  const base::Clock& clock_;
  const GateOptions options_;
  const Policy policy_;
  Counters counters_;
  telemetry::LoopHistogram<11> times_;
  std::vector<std::unique_ptr<Gate>> gates_;
  std::atomic<std::size_t> revocations_{0};  // held by the first loop, as of the last change
  std::mutex mutex_;
  std::shared_ptr<const crypto::KeySet> unprepared_;  // guarded by mutex_; null: tend() has seen to the last ones
  // What every loop is complete as of, on the steady clock; kNever until it was said.
  static constexpr base::SteadyPoint::rep kNever = std::numeric_limits<base::SteadyPoint::rep>::min();
  std::atomic<base::SteadyPoint::rep> complete_as_of_{kNever};
};

}  // namespace gatehouse::gate
