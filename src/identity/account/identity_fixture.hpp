#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "crypto/mac.hpp"
#include "crypto/password.hpp"
#include "crypto/sealing.hpp"
#include "identity/account/administration.hpp"
#include "identity/account/new_device_notice.hpp"
#include "identity/account/registration.hpp"
#include "identity/account/self_service.hpp"
#include "identity/account/sign_in.hpp"
#include "identity/account/verification_mail.hpp"
#include "identity/defence/defence.hpp"
#include "identity/mail/mail_outbox.hpp"
#include "identity/proof/mail_proof_store.hpp"
#include "identity/proof/unproven_email_store.hpp"
#include "identity/session/known_clients.hpp"
#include "identity/session/session_service.hpp"
#include "identity/token/key_manager.hpp"
#include "identity/token/server_secrets.hpp"
#include "platform/audit/log.hpp"
#include "platform/base/clock.hpp"
#include "platform/limits/sign_in_throttle.hpp"
#include "platform/runtime/pool.hpp"
#include "platform/telemetry/collected_log.hpp"
#include "platform/telemetry/metrics.hpp"
#include "tests/support/fake_random.hpp"
#include "tests/support/run_on_loop.hpp"
#include "tests/support/test_database.hpp"

namespace gatehouse::identity {

// For tests: keeps what was published, as a gate would.
class FakeFeed final : public contract::RevocationFeed {
 public:
  boost::asio::awaitable<void> publish(std::vector<contract::Revocation> rows) override {
    const std::lock_guard lock(mutex_);
    for (auto& row : rows) rows_.push_back(std::move(row));
    co_return;
  }
  [[nodiscard]] std::vector<contract::Revocation> rows() const {
    const std::lock_guard lock(mutex_);
    return rows_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<contract::Revocation> rows_;
};

// The tokens of a sign-in that was done with the password.
inline base::Result<SessionTokens, Refusal> tokens_of(base::Result<SignInAnswer, Refusal> answer) {
  if (!answer) return answer.error();
  return std::get<SessionTokens>(std::move(*answer));
}

inline contract::RolePermissions test_roles() {
  const auto all = [](std::initializer_list<const char*> texts) {
    std::vector<contract::Permission> permissions;
    for (const char* text : texts) permissions.push_back(contract::Permission::parse(text).value());
    return permissions;
  };
  return {{"admin", all({"*:*"})},
          {"auditor", all({"account:read"})},
          {"member", all({"profile:read:own", "profile:write:own", "session:read:own", "session:end:own"})},
          {"guest", {}}};
}

// For tests: all of identity on a database in memory, with hashes that cost next to nothing.
struct IdentityStack {
  static constexpr std::string_view kPassword = "lantern otter quiet 42";
  static constexpr crypto::PasswordCost kCheap{.memory_kib = 8, .iterations = 1};

  std::unique_ptr<test::TestDatabase> test_database = test::sqlite_in_memory();
  db::Database& database = test_database->database();
  base::FakeClock clock;
  test::FakeRandom random;
  telemetry::CollectedLog log;
  telemetry::Metrics metrics;
  crypto::MasterKeys master_keys{crypto::SealingKey::generate(random)};
  ServerSecrets secrets = *load_or_create_server_secrets(database, master_keys, random, clock);
  Roles roles{database};
  FakeFeed feed;

  RevocationStore revocations{std::chrono::minutes(15) + std::chrono::seconds(5)};
  KeyManager keys{database, master_keys, revocations, {}, clock, random};
  RefreshTokenCodec refresh_tokens{secrets.refresh_mac.clone()};
  AccessTokenIssuer access_tokens{{.issuer = "https://app.example", .audience = "gatehouse"}, keys, random};
  SessionStore session_store{{}, revocations};
  SessionMetrics session_metrics{metrics};
  queue::JobStore jobs{clock, random};
  MailOutbox outbox{jobs};
  KnownClients known_clients{base::Secret(std::string(32, 'k'))};
  NewDeviceNotice new_devices{known_clients, outbox};
  SessionService sessions{{.database = database,
                           .store = session_store,
                           .refresh_tokens = refresh_tokens,
                           .access_tokens = access_tokens,
                           .account_kek = secrets.account_kek,
                           .feed = feed,
                           .clock = clock,
                           .random = random,
                           .log = log.logger(),
                           .metrics = session_metrics,
                           .watcher = &new_devices}};

  AccountStore store;
  audit::Log audit{clock};
  MailProofStore proofs;
  UnprovenEmailStore unproven;
  VerificationMail verification_mail{
      {.accounts = store, .proofs = proofs, .outbox = outbox, .clock = clock, .random = random}};
  AccountVault vault{secrets.account_kek, secrets.blind_index, random};
  AccountMetrics account_metrics{metrics};
  crypto::PasswordHasher hasher{kCheap};
  runtime::Pool hashing{{.name = "hashing", .threads = 2, .queue_limit = 1000}};
  limits::SignInThrottle throttle{{}, clock};
  // Out of the way of the tests of other rules.
  static DefenceOptions no_suspicion() {
    DefenceOptions options;
    options.address_failures = options.account_failures = 1'000'000;
    options.attacks.spraying_accounts = options.attacks.stuffing_names = 1'000'000;
    options.work = 1'000;
    return options;
  }
  AddressBlockStore blocks{secrets.address_index.clone(), crypto::SealingKey::generate(random), random};
  KnownDevices devices{secrets.device_mac.clone(), random};
  ProofOfWork proof_of_work{secrets.work_mac.clone(), {}, clock, random};
  limits::LocalWindowCounter attacks{limits::kWindowKeys, clock};
  limits::LocalWindowCounter overall{limits::kOverallKeys, clock};
  limits::LocalWindowCounter used_once{limits::kWindowKeys, clock};
  DefenceMetrics defence_metrics{metrics};
  std::atomic<bool> busy = false;  // hashes queue up
  Defence defence;

  PasswordWork passwords{hasher, hashing, throttle, PasswordPolicy(PasswordRules{})};
  Registration registration{registration_parts(), {}};
  SignInCompletion completion{sessions, log.logger(), account_metrics};
  SignIn sign_in{sign_in_parts()};
  CurrentPassword current_password{current_password_parts()};
  SelfService self_service{self_service_parts(current_password)};
  AccountSteps steps{{.store = store,
                      .vault = vault,
                      .sessions = session_store,
                      .revocations = revocations,
                      .roles = roles,
                      .clock = clock}};
  Administration administration{database, steps, sessions, log.logger()};

  explicit IdentityStack(DefenceOptions options = no_suspicion())
      : defence({.database = database,
                 .blocks = blocks,
                 .attacks = attacks,
                 .overall = overall,
                 .used_once = used_once,
                 .proofs = proof_of_work,
                 .audit = audit,
                 .clock = clock,
                 .log = log.logger(),
                 .metrics = defence_metrics,
                 .busy = [this] { return busy.load(); }},
                std::move(options)) {
    EXPECT_TRUE(keys.ensure());
    roles.begin(test_roles(), clock.now());
  }

  // What these are made of, for tests that want another of them.
  SignIn::Parts sign_in_parts(const SecondStep* second_step = nullptr) {
    return {.database = database,
            .store = store,
            .vault = vault,
            .passwords = passwords,
            .session_store = session_store,
            .sessions = sessions,
            .completion = completion,
            .defence = defence,
            .devices = devices,
            .clock = clock,
            .log = log.logger(),
            .metrics = account_metrics,
            .unproven = unproven,
            .verification_mail = verification_mail,
            .second_step = second_step};
  }
  CurrentPassword::Parts current_password_parts(const SecondStep* second_step = nullptr) {
    return {.database = database,
            .store = store,
            .vault = vault,
            .passwords = passwords,
            .session_store = session_store,
            .clock = clock,
            .log = log.logger(),
            .second_step = second_step};
  }
  SelfService::Parts self_service_parts(CurrentPassword& asks, ProfileCache* profiles = nullptr) {
    return {.database = database,
            .store = store,
            .vault = vault,
            .passwords = passwords,
            .current_password = asks,
            .proofs = proofs,
            .outbox = outbox,
            .session_store = session_store,
            .sessions = sessions,
            .clock = clock,
            .log = log.logger(),
            .metrics = account_metrics,
            .profiles = profiles};
  }
  Registration::Parts registration_parts() {
    return {.database = database,
            .store = store,
            .vault = vault,
            .unproven = unproven,
            .verification_mail = verification_mail,
            .passwords = passwords,
            .defence = &defence,
            .clock = clock,
            .random = random,
            .log = log.logger(),
            .metrics = account_metrics};
  }

  static Caller caller(const char* address = "192.0.2.7") {
    return {.address = base::IpAddress::parse(address).value(), .agent = "agent of a test", .roles = {"admin"}};
  }
  // Registers and shows the address, as by the link in the mail.
  Account register_account(const std::string& username, std::string_view password = kPassword) {
    auto account = register_unproven(username, username + "@example.org", password);
    prove_address(account.id);
    account.email_verified = true;
    return account;
  }
  void prove_address(contract::AccountId id) {
    database.write_blocking([&](db::Transaction& tx) {
      const auto record = store.find_with_profile(tx, id).value();
      const NameChange names{.email_index = unproven.find(tx, id).value(), .profile_sealed = record.profile_sealed};
      EXPECT_TRUE(store.change_names(tx, id, names, clock.now()));
      return unproven.remove(tx, id);
    });
  }
  Account register_unproven(const std::string& username, const std::string& email,
                            std::string_view password = kPassword) {
    clock.advance(std::chrono::milliseconds(1));  // mails come in the order of their causes
    RegistrationRequest request{.username = username, .email = email, .password = base::Secret(password)};
    auto account = test::run_on_loop(registration.register_account(std::move(request), caller()));
    EXPECT_TRUE(account) << username;
    return *account;
  }
  base::Result<SessionTokens, Refusal> sign_in_as(const std::string& username, std::string_view password = kPassword,
                                                  const char* address = "192.0.2.7") {
    SignInRequest request;
    request.identifier = username;
    request.password = base::Secret(password);
    return tokens_of(test::run_on_loop(sign_in.sign_in(std::move(request), caller(address))));
  }
  // The mails that were asked for since the last call, oldest first.
  std::vector<MailJob> mails() {
    std::vector<MailJob> mails;
    clock.advance(queue::JobStore::kAfterTheAnswer);
    database.write_blocking([&](db::Transaction& tx) {
      auto all = jobs.due(tx, kMailQueue, 100);
      std::ranges::sort(all, {}, &queue::DueJob::id);
      for (const auto& due : all) {
        const auto job = jobs.take(tx, due.id, clock.now() + std::chrono::minutes(1)).value();
        mails.push_back(MailJob::read(job.kind, job.payload).value());
        EXPECT_TRUE(jobs.done(tx, job));
      }
      return true;
    });
    return mails;
  }
  // How many hashes have been run so far.
  [[nodiscard]] std::uint64_t hashes() const { return hashing.stats().done; }
};

}  // namespace gatehouse::identity
