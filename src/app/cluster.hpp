#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "app/settings.hpp"
#include "contract/revocation_feed.hpp"
#include "feed/cluster_keys.hpp"
#include "feed/journal.hpp"
#include "feed/publisher.hpp"
#include "feed/stream_writer.hpp"
#include "feed/subscription.hpp"
#include "gate/gates.hpp"
#include "platform/base/reference_clock.hpp"
#include "platform/http/route.hpp"
#include "platform/telemetry/log.hpp"
#include "platform/telemetry/metrics.hpp"

namespace gatehouse::app {

// This process's part in an installation of several: the journal it keeps for others when it has the role identity, and
// what it follows of theirs. Exists where cluster.secret is given.
class Cluster {
 public:
  // REQUIRES: all outlive it.
  Cluster(const Settings& settings, gate::Gates& gates, base::ReferenceClock& clock, base::Random& random,
          telemetry::Logger& log, telemetry::Metrics& metrics);

  // Null in a process without the role identity.
  [[nodiscard]] feed::Journal* journal() noexcept { return journal_ ? &*journal_ : nullptr; }
  // Where identity announces what it has ended. REQUIRES: there is a journal.
  [[nodiscard]] contract::RevocationFeed& publisher() { return publisher_.value(); }
  // For the admin listener; none without a journal.
  [[nodiscard]] std::vector<http::Route> routes();

  void start();  // REQUIRES: the event loops have started
  void stop();   // idempotent; before the event loops stop

 private:
  const base::Clock& clock_;
  telemetry::Metrics& metrics_;
  const feed::ClusterKeys keys_;
  std::optional<feed::Journal> journal_;
  std::optional<feed::Publisher> publisher_;
  std::optional<feed::StreamWriter> writer_;
  std::optional<feed::Subscription> subscription_;
};

}  // namespace gatehouse::app
