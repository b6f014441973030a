#include "feed/stream_writer.hpp"

#include <pthread.h>

#include <utility>

#include "feed/message.hpp"
#include "platform/base/unavailable.hpp"

namespace gatehouse::feed {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kHeartbeat{250};
constexpr milliseconds kWriteTimeout{250};
constexpr milliseconds kRetry{250};
constexpr const char* kMaxEntries = "4096";  // some minutes: who missed more asks

}  // namespace

StreamWriter::StreamWriter(StreamOptions options, Journal& journal, const ClusterKeys& cluster, telemetry::Logger& log,
                           telemetry::Metrics& metrics)
    : journal_(journal),
      cluster_(cluster),
      connection_(std::move(options), cluster.stream_key(), "writer", log, metrics) {}

StreamWriter::~StreamWriter() { stop(); }

void StreamWriter::start() {
  thread_ = std::thread([this] {
    pthread_setname_np(pthread_self(), "feed-writer");
    run();
  });
}

void StreamWriter::stop() {
  stopping_ = true;
  connection_.interrupt();
  bell_.ring();
  if (thread_.joinable()) thread_.join();
}

void StreamWriter::run() {
  sent_ = journal_.head();  // what was there before is the snapshot's
  while (!stopping_) {
    try {
      send_news();
      const auto place = journal_.watch(sent_, bundle_version_, [this] { bell_.ring(); });
      bell_.sleep(kHeartbeat);
    } catch (const base::Unavailable&) {
      // Followers that hear nothing ask: what came meanwhile has reached them by the time Redis is back.
      bell_.sleep(kRetry);
      sent_ = journal_.head();
    }
  }
}

void StreamWriter::send_news() {
  for (bool more = true; more && !stopping_;) {
    Message message = journal_.read(sent_, bundle_version_);
    message.carrier = Message::Carrier::stream;
    message.beat = ++beat_;
    message.bundle.clear();
    bundle_version_ = message.bundle_version;
    connection_.command(
        {"XADD", connection_.key(), "MAXLEN", "~", kMaxEntries, "*", "m", write_message(message, cluster_)},
        kWriteTimeout);
    sent_ = message.to;
    more = message.to != message.head;
  }
}

}  // namespace gatehouse::feed
