#include "app/cluster.hpp"

#include <utility>

#include "app/keep_time.hpp"
#include "feed/routes.hpp"
#include "identity/token/revocation_store.hpp"
#include "platform/cache/redis_url.hpp"

namespace gatehouse::app {
namespace {

// REQUIRES: cluster.redis_url is given; the settings have checked its form.
feed::StreamOptions stream_options(const Settings& settings) {
  return {.redis = *cache::parse_redis_url(settings.cluster.redis_url.expose()),
          .ca_file = settings.cluster.ca_file.string()};
}

feed::SubscriptionOptions subscription_options(const Settings& settings, const feed::Journal* journal) {
  feed::SubscriptionOptions options;
  options.follower.nodes = settings.cluster.nodes;
  if (journal != nullptr) options.follower.self = journal->instance();
  options.follower.max_staleness = settings.gate.max_staleness;
  options.ca_file = settings.cluster.ca_file.string();
  if (!settings.cluster.redis_url.empty()) options.stream = stream_options(settings);
  return options;
}

feed::JournalOptions journal_options(const Settings& settings) {
  feed::JournalOptions options;
  options.keep = settings.token.access_lifetime + settings.token.leeway + identity::RevocationStore::kSkewMargin;
  return options;
}

}  // namespace

Cluster::Cluster(const Settings& settings, gate::Gates& gates, base::ReferenceClock& clock, base::Random& random,
                 telemetry::Logger& log, telemetry::Metrics& metrics)
    : clock_(clock), metrics_(metrics), keys_(settings.cluster.secret) {
  const bool has_database = settings.runs("identity");
  if (has_database) {
    journal_.emplace(journal_options(settings), keys_, clock, random, metrics);
    publisher_.emplace(gates, *journal_);
    if (!settings.cluster.redis_url.empty()) {
      writer_.emplace(stream_options(settings), *journal_, keys_, log, metrics);
    }
  }
  if (settings.cluster.nodes.empty()) return;
  feed::Sink sink;
  sink.follow = [&gates](std::vector<contract::Revocation> rows, std::optional<base::SteadyPoint> complete_as_of) {
    gates.follow(std::move(rows), complete_as_of);
  };
  if (!has_database) {
    sink.adopt = [&gates](const feed::BundleContent& content) {
      gates.set_keys(content.keys, true);
      gates.set_roles(content.roles, true);
    };
    sink.hear_time = [&clock, &log](base::TimePoint shown, base::SteadyPoint earliest, base::SteadyPoint latest) {
      hear_time(clock, log, shown, earliest, latest);
    };
  }
  subscription_.emplace(subscription_options(settings, journal()), std::move(sink), keys_, clock, random, log, metrics);
}

std::vector<http::Route> Cluster::routes() {
  return journal_ ? feed::routes(*journal_, keys_, clock_, metrics_) : std::vector<http::Route>();
}

void Cluster::start() {
  if (writer_) writer_->start();
  if (subscription_) subscription_->start();
}

void Cluster::stop() {
  if (subscription_) subscription_->stop();
  if (writer_) writer_->stop();
}

}  // namespace gatehouse::app
