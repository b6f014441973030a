#pragma once

#include <functional>
#include <string>

#include "identity/alert/alert.hpp"
#include "platform/http_client/client_pool.hpp"
#include "platform/queue/job.hpp"
#include "platform/queue/worker.hpp"

namespace gatehouse::identity {

struct AlertPlaces {
  std::string webhook_url{};  // gets Alert::to_json()
  std::string slack_url{};    // an incoming webhook of Slack, or of what speaks its format: {"text"}
  std::string installation;   // what an alert calls where it comes from: an origin
};

// Does the jobs of the queue `alert`. What it logs are kinds; the URLs are secrets. Thread-safe if `mail` is.
class AlertSender {
 public:
  // To the operators, by e-mail: subject and text.
  using Mail =
      std::function<queue::Outcome(const queue::Job& job, const std::string& subject, const std::string& text)>;

  // `mail`: empty where no address is configured. REQUIRES: clients outlive it.
  AlertSender(AlertPlaces places, http_client::ClientPool& clients, Mail mail)
      : places_(std::move(places)), clients_(clients), mail_(std::move(mail)) {}

  [[nodiscard]] queue::Outcome send(const queue::Job& job);

 private:
  [[nodiscard]] queue::Outcome post(const std::string& url, std::string body);

  const AlertPlaces places_;
  http_client::ClientPool& clients_;
  const Mail mail_;
};

}  // namespace gatehouse::identity
