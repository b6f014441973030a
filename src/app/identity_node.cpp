#include "app/identity_node.hpp"

#include "app/erased_list.hpp"
#include "app/keep_time.hpp"
#include "app/open_database.hpp"
#include "app/process_metrics.hpp"

namespace gatehouse::app {

IdentityNode::IdentityNode(const Settings& settings, gate::Gates& gates, contract::RevocationFeed& feed,
                           feed::Journal* journal, limits::SharedLimits* shared, base::ReferenceClock& clock,
                           base::Random& random, telemetry::Logger& log, telemetry::Metrics& metrics)
    : settings_(settings),
      lock_((make_data_folder(settings), settings.data.dir)),
      installation_(Installation::open(settings, clock, random, log)),
      webhooks_(*installation_, log, metrics),
      role_(*installation_, gates, feed, changes_, shared, webhooks_.webhooks(), log, metrics),
      mail_(*installation_, log, metrics),
      alerts_(*installation_, log, metrics),
      housekeeper_(
          *installation_, gates, journal,
          [this, &clock, &log] {
            keep_time(*installation_->database, clock, log);
            role_.release_unused_memory();
          },
          log, metrics),
      audit_keeper_(*installation_, {&role_.denials(), &role_.gate_denials()}, log, metrics) {
  role_.recovery().provide(mail_.renderer());
  housekeeper_.on_erased([this](const auto& accounts) {
    role_.forget_profiles(accounts);
    clean_up_behind(*installation_, accounts);
  });
  register_metrics(metrics);
}

void IdentityNode::start() {
  housekeeper_.start();
  mail_.start();
  webhooks_.start();
  role_.recovery().reset_worker.start();
  audit_keeper_.start();
  alerts_.start();
  changes_.open([this] { return housekeeper_.look_now(); });
  control_.emplace(settings_.data.dir, [this] { return housekeeper_.look_now(); });
}

void IdentityNode::stop() {
  control_.reset();
  changes_.close();
  webhooks_.stop();
  mail_.stop();
  role_.recovery().reset_worker.stop();
  audit_keeper_.stop();
  housekeeper_.stop();
  alerts_.stop();
}

void IdentityNode::register_metrics(telemetry::Metrics& metrics) {
  const db::Database& database = *installation_->database;
  register_pool(metrics, "hashing", [this] { return role_.hashing().stats(); });
  register_pool(metrics, "background", [this] { return changes_.pool().stats(); });
  register_pool(metrics, "storage_read", [&database] { return database.stats().readers; });
  register_pool(metrics, "storage_write", [&database] { return database.stats().writer; });
  metrics.counter_from("gatehouse_db_commits_total", "Durable commits; several writes share one.", {},
                       [&database] { return static_cast<double>(database.stats().commits); });
  metrics.counter_from("gatehouse_db_conflicts_total", "Transactions that ran again: they had lost against another.",
                       {}, [&database] { return static_cast<double>(database.stats().conflicts); });
  database.register_metrics(metrics);
  metrics.gauge_from("gatehouse_identity_signing_keys", "Keys that tokens are verified with.", {},
                     [this] { return static_cast<double>(installation_->keys.snapshot()->verification->size()); });
}

}  // namespace gatehouse::app
