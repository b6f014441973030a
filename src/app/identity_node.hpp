#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "app/alert_service.hpp"
#include "app/audit_keeper.hpp"
#include "app/change_desk.hpp"
#include "app/control_socket.hpp"
#include "app/data_lock.hpp"
#include "app/gate_denials.hpp"
#include "app/housekeeper.hpp"
#include "app/identity_role.hpp"
#include "app/installation.hpp"
#include "app/mail_service.hpp"
#include "app/webhook_service.hpp"

namespace gatehouse::app {

// All that a process with the role identity has and one without has not: a data folder, a database, who looks after it,
// and the routes. Members are made in the order of start and go in the order of stop.
class IdentityNode {
 public:
  // `feed`: where endings are announced. `journal` and `shared` may be null. Throws std::runtime_error with a text for
  // the operator. REQUIRES: all outlive it.
  IdentityNode(const Settings& settings, gate::Gates& gates, contract::RevocationFeed& feed, feed::Journal* journal,
               limits::SharedLimits* shared, base::ReferenceClock& clock, base::Random& random, telemetry::Logger& log,
               telemetry::Metrics& metrics);

  [[nodiscard]] std::vector<http::Route> routes() const { return role_.routes(); }
  // What there are templates of letters in.
  [[nodiscard]] const std::set<std::string>& letter_languages() const noexcept { return mail_.languages(); }

  // For ApiService::on_failure.
  [[nodiscard]] std::function<void(const http::Failure&)> failure_listener() {
    return [this](const http::Failure& failure) { audit_keeper_.hear(failure); };
  }

  // Becomes events. Thread-safe; never waits for long.
  void note_refused(const Refused& refused) { note_in(role_.gate_denials(), refused); }

  void start();  // REQUIRES: the event loops have started
  void stop();   // idempotent; before the event loops stop

 private:
  void register_metrics(telemetry::Metrics& metrics);

  const Settings& settings_;
  DataLock lock_;
  std::unique_ptr<Installation> installation_;
  WebhookService webhooks_;
  ChangeDesk changes_;
  IdentityRole role_;
  MailService mail_;
  AlertService alerts_;
  Housekeeper housekeeper_;
  AuditKeeper audit_keeper_;
  std::optional<ControlSocket> control_;
};

}  // namespace gatehouse::app
