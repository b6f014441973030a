#include "feed/node_link.hpp"

#include <pthread.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "feed/message.hpp"

namespace gatehouse::feed {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kAnswerTimeout{1'000};  // beyond what the node may hold the question
constexpr milliseconds kFirstRetry{20};
constexpr milliseconds kLastRetry{100};

}  // namespace

NodeLink::NodeLink(std::size_t node, std::string url, const std::string& ca_file, Follower& follower,
                   const ClusterKeys& cluster)
    : node_(node),
      url_(std::move(url)),
      follower_(follower),
      cluster_(cluster),
      client_({.ca_file = ca_file, .max_response_bytes = Message::kMaxBytes}) {}

NodeLink::~NodeLink() { stop(); }

void NodeLink::start() {
  thread_ = std::thread([this] {
    pthread_setname_np(pthread_self(), "feed-node");
    run();
  });
}

void NodeLink::stop() {
  stopping_ = true;
  client_.cancel();
  bell_.ring();
  if (thread_.joinable()) thread_.join();
}

void NodeLink::run() {
  milliseconds retry = kFirstRetry;
  while (!stopping_) {
    const char* const failure = exchange();
    if (stopping_) return;
    if (failure == nullptr) {
      retry = kFirstRetry;
      bell_.sleep(follower_.pause(node_));
    } else {
      follower_.lost(node_, failure);
      bell_.sleep(retry);
      retry = std::min(retry * 2, kLastRetry);
    }
  }
}

const char* NodeLink::exchange() {
  const Ask ask = follower_.ask(node_);
  const std::string query = ask.to_query();
  const auto answer = client_.send({.url = url_ + Ask::kPath + "?" + query,
                                    .headers = {{"Authorization", cluster_.authorization(query)}},
                                    .deadline = ask.wait + kAnswerTimeout});
  if (!answer) return http_client::to_string(answer.error());
  if (answer->status == 401) return "unauthenticated";  // another cluster.secret, most likely
  if (answer->status == 503) return "unavailable";
  if (answer->status != 200) return "no_feed_there";
  return follower_.answered(node_, answer->body) ? nullptr : "refused";
}

}  // namespace gatehouse::feed
