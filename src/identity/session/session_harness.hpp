#pragma once

#include <algorithm>
#include <boost/asio/awaitable.hpp>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "contract/revocation_feed.hpp"
#include "crypto/jwt.hpp"
#include "crypto/packed_hash.hpp"
#include "identity/session/session_service.hpp"
#include "identity/token/data_key.hpp"
#include "identity/token/server_secrets.hpp"
#include "platform/base/words.hpp"
#include "platform/telemetry/collected_log.hpp"
#include "platform/telemetry/metrics.hpp"
#include "tests/support/fake_random.hpp"

namespace gatehouse::identity {

// For tests: keeps what was published, as a gate would. Thread-safe.
class CollectedRevocations final : public contract::RevocationFeed {
 public:
  boost::asio::awaitable<void> publish(std::vector<contract::Revocation> rows) override {
    {
      const std::lock_guard lock(mutex_);
      rows_.insert(rows_.end(), rows.begin(), rows.end());
    }
    if (onward_ != nullptr) co_await onward_->publish(std::move(rows));
  }
  // Hands on what is published from now on. REQUIRES: nothing is being published.
  void forward_to(contract::RevocationFeed& onward) { onward_ = &onward; }
  [[nodiscard]] std::vector<contract::Revocation> rows() const {
    const std::lock_guard lock(mutex_);
    return rows_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<contract::Revocation> rows_;  // guarded by mutex_
  contract::RevocationFeed* onward_ = nullptr;
};

// For tests: sessions with all they need, on the database of the test. A second one on the same database is what a
// restart of the process, or another process, is.
class SessionHarness {
 public:
  explicit SessionHarness(db::Database& database, SessionOptions options = {}, std::uint64_t seed = 1)
      : database_(database), random_(seed), store_(options, revocations_) {
    if (!keys_.ensure()) throw std::logic_error("no key ring");
  }

  contract::AccountId add_account(std::vector<std::string> roles = {"member"}) {
    const contract::AccountId id(base::Uuid::v7(clock_, random_));
    const auto seed = new_data_key_seed(random_);
    database_.write_blocking([&](db::Transaction& tx) {
      tx.execute(
          "INSERT INTO account (id, username, username_skeleton, data_key_seed, password_hash, state, roles, "
          "updated_at) VALUES ($1, $2, '', $3, $4, 'a', $5, 0)",
          {db::Blob{id.bytes()}, id.to_string(), db::Blob{seed}, db::Blob{crypto::pack_password_hash("*")},
           base::join_words(roles)});
      return 0;
    });
    return id;
  }

  boost::asio::awaitable<base::Result<SessionTokens, SessionError>> start(contract::AccountId account) {
    return service_.start(account, {.address = "192.0.2.1", .agent = "Browser"}, {"pwd"});
  }

  // As services do that end an account's sessions in a transaction of their own. How many it were.
  boost::asio::awaitable<std::size_t> end_all(contract::AccountId account, EndReason reason) {
    auto rows = co_await database_.write([&](db::Transaction& tx) {
      return store_.end_all_of_account(tx, account, std::nullopt, reason, clock_.now());
    });
    const std::size_t count = rows.size();
    co_await service_.announce(std::move(rows), reason);
    co_return count;
  }

  // What a gate that has applied every published row says. Throws nothing; false for anything but a live token.
  [[nodiscard]] bool accepts(const base::Secret& access_token) const {
    const auto token = crypto::verify_jwt(access_token.expose(), *keys_.snapshot()->verification,
                                          {.issuer = "issuer", .audience = "audience"}, clock_.now());
    if (!token) return false;
    const auto sid = contract::SessionId::parse(token->claims().at("sid").as_string()).value();
    const auto sub = contract::AccountId::parse(token->subject()).value();
    const auto epoch = token->claims().at("epoch").to_number<std::int64_t>();
    return std::ranges::none_of(feed_.rows(), [&](const contract::Revocation& row) {
      return (row.kind == contract::Revocation::Kind::session && row.key == sid.bytes()) ||
             (row.kind == contract::Revocation::Kind::account && row.key == sub.bytes() && epoch < row.min_epoch);
    });
  }

  base::FakeClock& clock() { return clock_; }
  db::Database& database() { return database_; }
  SessionStore& store() { return store_; }
  SessionService& service() { return service_; }
  RefreshTokenCodec& refresh_tokens() { return refresh_tokens_; }
  RevocationStore& revocations() { return revocations_; }
  KeyManager& keys() { return keys_; }
  CollectedRevocations& feed() { return feed_; }
  telemetry::CollectedLog& log() { return log_; }
  telemetry::Metrics& metrics() { return metrics_; }

 private:
  db::Database& database_;
  base::FakeClock clock_;
  test::FakeRandom random_;
  crypto::MasterKeys master_{crypto::SealingKey::from_bytes(base::Secret(std::string(32, 'm'))).value()};
  ServerSecrets secrets_ = *load_or_create_server_secrets(database_, master_, random_, clock_);
  RevocationStore revocations_{std::chrono::minutes(15)};
  KeyManager keys_{database_, master_, revocations_, {}, clock_, random_};
  AccessTokenIssuer access_tokens_{{.issuer = "issuer", .audience = "audience"}, keys_, random_};
  RefreshTokenCodec refresh_tokens_{secrets_.refresh_mac.clone()};
  SessionStore store_;
  CollectedRevocations feed_;
  telemetry::CollectedLog log_;
  telemetry::Metrics metrics_;
  SessionMetrics session_metrics_{metrics_};
  SessionService service_{{database_, store_, refresh_tokens_, access_tokens_, secrets_.account_kek, feed_, clock_,
                           random_, log_.logger(), session_metrics_}};
};

}  // namespace gatehouse::identity
