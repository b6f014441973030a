#include "identity/alert/alert_sender.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <utility>

#include "identity/alert/alert_outbox.hpp"

namespace gatehouse::identity {
namespace {

using Verdict = queue::Outcome::Verdict;

// Slack reads &, < and > as markup: https://docs.slack.dev/messaging/formatting-message-text
std::string escape_for_slack(const std::string& text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      default: out += c;
    }
  }
  return out;
}

}  // namespace

queue::Outcome AlertSender::send(const queue::Job& job) {
  const auto alert = Alert::from_json(job.payload);
  if (!alert) return {Verdict::bury, "unreadable"};
  const std::string words = describe(*alert) + "\n" + places_.installation;
  if (job.kind == kAlertWebhook && !places_.webhook_url.empty()) return post(places_.webhook_url, alert->to_json());
  if (job.kind == kAlertSlack && !places_.slack_url.empty()) {
    return post(places_.slack_url, boost::json::serialize(boost::json::object{{"text", escape_for_slack(words)}}));
  }
  if (job.kind == kAlertEmail && mail_) return mail_(job, "Gatehouse: " + alert->type, words + "\n");
  return {};  // no longer configured
}

queue::Outcome AlertSender::post(const std::string& url, std::string body) {
  const http_client::Request request{.method = http_client::Method::post,
                                     .url = url,
                                     .headers = {{"Content-Type", "application/json"}},
                                     .body = std::move(body)};
  const auto answer = clients_.send(request);
  if (!answer) return {Verdict::retry, http_client::to_string(answer.error()), false};
  if (answer->status >= 200 && answer->status < 300) return {};
  const bool later = answer->status >= 500 || answer->status == 429 || answer->status == 408;
  return {later ? Verdict::retry : Verdict::bury, later ? "not_now" : "refused"};
}

}  // namespace gatehouse::identity
