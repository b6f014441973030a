#include "feed/routes.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <memory>
#include <utility>

#include "feed/ask.hpp"
#include "feed/message.hpp"

namespace gatehouse::feed {
namespace asio = boost::asio;
namespace {

asio::awaitable<void> wait_for_news(Journal& journal, const Ask& ask) {
  const auto executor = co_await asio::this_coro::executor;
  const auto timer = std::make_shared<asio::steady_timer>(executor, ask.wait);
  // Posted: the timer belongs to this loop. It waits by then, as nothing runs here before the coroutine suspends.
  const auto place =
      journal.watch(ask.after, ask.bundle, [executor, timer] { asio::post(executor, [timer] { timer->cancel(); }); });
  if (!place) throw base::Unavailable("feed_followers");
  boost::system::error_code ended;  // by the news, or by the time
  co_await timer->async_wait(asio::redirect_error(asio::use_awaitable, ended));
}

http::Response refusal(unsigned status, const char* slug, const char* title, const http::Request& request) {
  return http::problem_response({.status = status, .slug = slug, .title = title}, request.trace.trace_id_hex());
}

class Answerer {
 public:
  Answerer(Journal& journal, const ClusterKeys& cluster, const base::Clock& clock, telemetry::Metrics& metrics)
      : journal_(journal),
        cluster_(cluster),
        clock_(clock),
        refused_(metrics.counter("gatehouse_feed_questions_refused_total", "Questions without our cluster's MAC.")) {}

  asio::awaitable<http::Response> answer(http::Request& request) {
    const auto came = clock_.steady_now();
    if (!cluster_.authorises(request.query, request.header("authorization").value_or(""))) {
      refused_.increment();
      co_return refusal(401, "unauthenticated", "Only processes of this installation may ask.", request)
          .set("WWW-Authenticate", "Gatehouse-Feed");
    }
    const auto ask = Ask::from_query(request.query);
    if (!ask) co_return refusal(400, "malformed-request", "This is no question to the feed.", request);
    const bool knows_us = ask->instance == journal_.instance();
    if (knows_us && ask->wait.count() > 0) co_await wait_for_news(journal_, *ask);

    // Before the journal is read, so that it speaks of no moment that the answer does not cover.
    const auto held = std::chrono::floor<std::chrono::milliseconds>(clock_.steady_now() - came);
    Message message = journal_.read(knows_us ? ask->after : 0, knows_us ? ask->bundle : BundleVersion());
    message.nonce = ask->nonce;
    message.held = held;
    message.wall = clock_.now();
    http::Response response;
    response.content_type = "application/octet-stream";
    response.body = write_message(message, cluster_);
    co_return response;
  }

 private:
  Journal& journal_;
  const ClusterKeys& cluster_;
  const base::Clock& clock_;
  telemetry::Counter refused_;
};

}  // namespace

std::vector<http::Route> routes(Journal& journal, const ClusterKeys& cluster, const base::Clock& clock,
                                telemetry::Metrics& metrics) {
  const auto answerer = std::make_shared<Answerer>(journal, cluster, clock, metrics);
  http::Route route;
  route.path = Ask::kPath;
  route.access = "cluster";
  route.rate = http::RateClass::none;
  route.handler = [answerer](http::Request& request) { return answerer->answer(request); };
  std::vector<http::Route> rows;
  rows.push_back(std::move(route));
  return rows;
}

}  // namespace gatehouse::feed
