#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "feed/ask.hpp"
#include "feed/cluster_keys.hpp"
#include "feed/ids.hpp"
#include "feed/message.hpp"
#include "feed/sink.hpp"
#include "platform/base/clock.hpp"
#include "platform/base/random.hpp"
#include "platform/telemetry/log.hpp"
#include "platform/telemetry/metrics.hpp"

namespace gatehouse::feed {

struct FollowerOptions {
  // Every identity process of the installation, each under an address that no other shares: names for log and metrics.
  std::vector<std::string> nodes;
  std::optional<InstanceId> self{};                // this process's own journal, when it has one
  std::chrono::milliseconds max_staleness{5'000};  // for the log alone: the gates judge themselves
  std::chrono::milliseconds hold{250};             // how long a node may hold a question
  std::chrono::milliseconds rest{1'000};           // between questions to a node that the stream speaks for
  std::chrono::milliseconds stream_silence{600};   // after which the stream speaks for it no more
};

// Makes one whole of what the nodes say: which positions of whom are known, what is missing, and as of when nothing is.
// Knows no thread and no socket: its links carry questions, answers and the stream.
//
// What ended is known to be complete as of T when
//   (a) some node, heard without a gap, had all that the database held at T: whatever is acknowledged is committed; or
//   (b) every node was heard without a gap at T: nobody else could have acknowledged anything.
// So the loss of the database, or of any one node, leaves the gates sure. T is reckoned on this process's steady clock
// alone, from the moment the question left (docs/adr/0023-revocation-feed.md).
//
// Thread-safe; not for event loops, as all but the metrics may wait for a sink that waits for every loop.
class Follower {
 public:
  // `wake(node)`: ask this node now, whatever pause() said; from any thread, must not call back.
  // REQUIRES: all outlive it.
  Follower(FollowerOptions options, Sink sink, std::function<void(std::size_t node)> wake, const ClusterKeys& cluster,
           const base::Clock& clock, base::Random& random, telemetry::Logger& log, telemetry::Metrics& metrics);

  [[nodiscard]] std::size_t size() const noexcept { return nodes_.size(); }

  // The next question to a node; the one before is void. To be sent now: its moment counts from here.
  [[nodiscard]] Ask ask(std::size_t node);
  // What came back for it. False: it was refused, and nothing was taken from it.
  bool answered(std::size_t node, std::string_view bytes);
  // No answer came; `why` is a literal for the log.
  void lost(std::size_t node, const char* why);
  // How long to wait before the next question, after an answer.
  [[nodiscard]] std::chrono::milliseconds pause(std::size_t node) const;

  // What the stream carried: never a proof of completeness, as nobody knows how long it lay there.
  void streamed(std::string_view bytes);
  // Nothing comes from there until further notice: every node is asked again.
  void stream_lost();

 private:
  static constexpr base::SteadyPoint::rep kNever = std::numeric_limits<base::SteadyPoint::rep>::min();
  struct Node {
    std::string name;
    bool heard = false;  // for the log: the last question was answered
    bool is_self = false;
    InstanceId instance;    // nil: never heard of
    Position position = 0;  // everything up to here was applied
    bool caught_up = false;
    bool repair = false;  // the stream skipped something
    Nonce nonce;          // of the question under way
    base::SteadyPoint asked_at;
    std::optional<base::SteadyPoint> complete_as_of;    // heard without a gap
    std::atomic<base::SteadyPoint::rep> shown{kNever};  // the same for the metrics, which take no lock
    std::optional<base::SteadyPoint> confirmed_as_of;   // and sure of the database
    BundleVersion bundle_version;
    std::optional<BundleContent> bundle;
    std::uint64_t beat = 0;  // of the stream
    std::optional<base::SteadyPoint> streamed_at;
  };

  bool refuse(Node* node, const char* reason);
  void greet(Node& node, const Message& message);
  bool take_bundle(Node& node, const Message& message);
  void adopt_bundle();
  [[nodiscard]] bool advance(Node& node, const Message& message);
  [[nodiscard]] std::optional<base::SteadyPoint> judge() const;
  void apply(std::vector<contract::Revocation> rows, telemetry::Counter& carrier,
             std::optional<base::SteadyPoint> complete_as_of);
  void note_freshness();
  [[nodiscard]] bool is_spoken_for(const Node& node) const;
  [[nodiscard]] Node* find(InstanceId instance);
  void register_metrics(telemetry::Metrics& metrics);

  const FollowerOptions options_;
  const Sink sink_;
  const std::function<void(std::size_t)> wake_;
  const ClusterKeys& cluster_;
  const base::Clock& clock_;
  base::Random& random_;
  telemetry::Logger& log_;
  telemetry::Metrics& metrics_;
  telemetry::Counter gaps_;
  telemetry::Counter repairs_;
  telemetry::Counter rows_answered_;
  telemetry::Counter rows_streamed_;

  mutable std::mutex mutex_;
  // Guarded by mutex_.
  std::vector<Node> nodes_;
  std::optional<base::SteadyPoint> by_database_;  // the latest moment that any node was sure of
  BundleVersion adopted_;
  bool fresh_ = false;
};

}  // namespace gatehouse::feed
