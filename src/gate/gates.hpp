#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "contract/authenticator.hpp"
#include "contract/revocation_feed.hpp"
#include "gate/gate.hpp"
#include "platform/runtime/event_loops.hpp"
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
    gates_[request.loop]->check(request, wire, out);
  }

  // contract::Authenticator. REQUIRES: called on `loop`.
  base::Result<std::shared_ptr<const contract::Principal>, contract::AuthError> authenticate(
      std::size_t loop, std::string_view access_token) override;

  // contract::RevocationFeed: completes when every loop refuses what the rows say. REQUIRES: the loops have started.
  boost::asio::awaitable<void> publish(std::vector<contract::Revocation> rows) override;

  // What a follower of the log read, and that it is up to date as of now; for a thread that is no loop. Blocks until
  // every loop has applied it. REQUIRES: the loops have started.
  void follow(std::vector<contract::Revocation> rows);
  // The same before the loops have started: the log as it stands.
  void load(const std::vector<contract::Revocation>& rows);

  // Replaces the keys on every loop: at once before the loops have started, else by a post to each.
  void set_keys(std::shared_ptr<const crypto::KeySet> keys, bool started);

  // Forgets some of what has expired; to be called now and then.
  void sweep();

 private:
  void register_metrics(telemetry::Metrics& metrics);

  runtime::EventLoops& loops_;
  const base::Clock& clock_;
  const GateOptions options_;
  const Policy policy_;
  Counters counters_;
  std::vector<std::unique_ptr<Gate>> gates_;
  std::atomic<std::size_t> revocations_{0};  // held by the first loop, as of the last change
};

}  // namespace gatehouse::gate
