#include "identity/defence/defence.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <string>

#include "crypto/mac.hpp"
#include "identity/defence/proof_solver.hpp"
#include "platform/telemetry/collected_log.hpp"
#include "tests/support/fake_random.hpp"
#include "tests/support/run_on_loop.hpp"
#include "tests/support/test_database.hpp"

namespace gatehouse::identity {
namespace {

using namespace std::chrono_literals;

base::IpAddress address(const std::string& text) { return base::IpAddress::parse(text).value(); }

class DefenceTest : public ::testing::Test {
 protected:
  static DefenceOptions options() {
    DefenceOptions options;
    options.work = 1'000;
    options.attacks.spraying_accounts = options.attacks.stuffing_names = 20;
    options.never_blocked.push_back(base::Cidr::parse("127.0.0.0/8").value());
    return options;
  }
  std::unique_ptr<Defence> make(DefenceOptions wanted) {
    return std::make_unique<Defence>(Defence::Parts{.database = database->database(),
                                                    .blocks = blocks,
                                                    .attacks = attacks,
                                                    .overall = overall,
                                                    .used_once = used_once,
                                                    .proofs = proofs,
                                                    .audit = audit,
                                                    .clock = clock,
                                                    .log = log.logger(),
                                                    .metrics = figures,
                                                    .busy = [this] { return busy.load(); }},
                                     std::move(wanted));
  }

  Visitor visitor(const std::string& from, const std::string& subject = "alice", bool known_account = true) {
    Visitor visitor{.address = address(from), .subject = subject};
    if (known_account) visitor.account = contract::AccountId(base::Uuid::v7(clock, random));
    visitor.blocked_until = database->database().read_blocking(
        [&](db::Transaction& tx) { return defence->find_block(tx, visitor.address); });
    return visitor;
  }
  void fail(const std::string& from, const std::string& subject = "alice", bool known_account = true) {
    test::run_on_loop(defence->failed(visitor(from, subject, known_account)));
  }
  base::Result<void, Hindrance> admit(const Visitor& who) { return test::run_on_loop(defence->admit(who)); }
  bool passes(const Visitor& who) { return admit(who).has_value(); }
  std::string solved(const std::string& from) {
    return test_only::solve(test::run_on_loop(defence->issue_challenge(address(from))));
  }
  std::int64_t events(const std::string& type) {
    return database->database().read_blocking([&](db::Transaction& tx) {
      return *tx.query_one("SELECT COUNT(*) FROM audit_event WHERE type = $1", {type},
                           [](const db::Row& row) { return row.integer(0); });
    });
  }

  base::FakeClock clock;
  test::FakeRandom random;
  std::unique_ptr<test::TestDatabase> database = test::sqlite_in_memory();
  telemetry::CollectedLog log;
  telemetry::Metrics metrics;
  DefenceMetrics figures{metrics};
  AddressBlockStore blocks{base::Secret(std::string(32, 'm')), crypto::SealingKey::generate(random), random};
  limits::LocalWindowCounter attacks{1 << 12, clock};
  limits::LocalWindowCounter overall{limits::kOverallKeys, clock};
  limits::LocalWindowCounter used_once{1 << 12, clock};
  ProofOfWork proofs{base::Secret(std::string(32, 'p')), {}, clock, random};
  audit::Log audit{clock};
  std::atomic<bool> busy = false;
  std::unique_ptr<Defence> defence = make(options());
};

TEST_F(DefenceTest, an_address_is_blocked_for_an_hour_after_five_failures_in_fifteen_minutes) {
  for (int i = 0; i < 4; ++i) fail("192.0.2.1", "account " + std::to_string(i));
  EXPECT_TRUE(passes(visitor("192.0.2.1", "alice")));
  clock.advance(14min);
  fail("192.0.2.1", "account 5");
  EXPECT_FALSE(passes(visitor("192.0.2.1", "alice")));
  EXPECT_TRUE(passes(visitor("192.0.2.2", "alice"))) << "a neighbour is none of it";
  EXPECT_EQ(events("defence.address_blocked"), 1);
  clock.advance(59min);
  EXPECT_FALSE(passes(visitor("192.0.2.1", "alice")));
  clock.advance(1min);
  EXPECT_TRUE(passes(visitor("192.0.2.1", "alice")));
}

TEST_F(DefenceTest, failures_that_are_further_apart_block_nobody) {
  for (int i = 0; i < 20; ++i) {
    fail("192.0.2.1", "account " + std::to_string(i));
    clock.advance(4min);
  }
  EXPECT_TRUE(passes(visitor("192.0.2.1")));
}

TEST_F(DefenceTest, an_ipv6_network_is_one_address) {
  for (int i = 0; i < 5; ++i) fail("2001:db8:1:2::" + std::to_string(i + 1), "account " + std::to_string(i));
  EXPECT_FALSE(passes(visitor("2001:db8:1:2:ffff::1")));
  EXPECT_TRUE(passes(visitor("2001:db8:1:3::1")));
}

TEST_F(DefenceTest, a_proxy_that_does_not_say_for_whom_is_not_blocked) {
  for (int i = 0; i < 10; ++i) fail("127.0.0.1", "account " + std::to_string(i));
  EXPECT_TRUE(passes(visitor("127.0.0.1")));
}

TEST_F(DefenceTest, U06_a_known_device_passes_whatever_goes_on) {
  for (int i = 0; i < 30; ++i) fail("192.0.2.1", "account " + std::to_string(i));
  for (int i = 0; i < 30; ++i) fail("198.51.100." + std::to_string(i));
  busy = true;
  EXPECT_FALSE(passes(visitor("192.0.2.1")));
  auto owner = visitor("192.0.2.1");
  owner.device = "a device";
  EXPECT_TRUE(passes(owner));
  // And what fails there is the throttle's matter: it brings no suspicion upon the office.
  for (int i = 0; i < 30; ++i)
    test::run_on_loop(defence->failed([&] {
      auto typing = visitor("203.0.113.1");
      typing.device = "a device";
      return typing;
    }()));
  busy = false;
  clock.advance(16min);  // the windows are over, a block would not be
  EXPECT_TRUE(passes(visitor("203.0.113.1", "bob")));
  EXPECT_EQ(events("defence.address_blocked"), 1) << "that of the stranger above";
  EXPECT_NE(metrics.render().find("\ngatehouse_identity_addresses_blocked_total 1\n"), std::string::npos);
}

TEST_F(DefenceTest, work_lets_a_person_through_a_blocked_address_and_each_proof_once) {
  for (int i = 0; i < 5; ++i) fail("192.0.2.1", "account " + std::to_string(i));
  auto person = visitor("192.0.2.1");
  EXPECT_TRUE(admit(person).error().challenge);
  person.proof = solved("192.0.2.1");
  EXPECT_TRUE(passes(person));
  EXPECT_FALSE(passes(person)) << "the same proof again";
  person.proof = solved("192.0.2.9");
  EXPECT_FALSE(passes(person)) << "an easier one, from an address that is not blocked";
}

TEST_F(DefenceTest, of_many_uses_of_a_proof_at_once_one_counts) {
  busy = true;
  auto person = visitor("192.0.2.1");
  person.proof = solved("192.0.2.1");
  std::atomic<int> passed = 0;
  const auto one = [&](std::size_t) -> boost::asio::awaitable<void> {
    if (co_await defence->admit(person)) ++passed;
  };
  test::run_together(50, one);
  EXPECT_EQ(passed, 1);
}

TEST_F(DefenceTest, a_blocked_address_is_refused_outright_where_that_is_wanted) {
  auto wanted = options();
  wanted.refuse_blocked = true;
  defence = make(wanted);
  for (int i = 0; i < 5; ++i) fail("192.0.2.1", "account " + std::to_string(i));
  clock.advance(10min);
  auto person = visitor("192.0.2.1");
  person.proof = solved("192.0.2.1");
  const auto refused = admit(person);
  ASSERT_FALSE(refused);
  EXPECT_FALSE(refused.error().challenge);
  EXPECT_EQ(refused.error().retry_after, 50min);
}

TEST_F(DefenceTest, an_account_that_is_guessed_at_from_many_addresses_asks_for_work_and_no_other_does) {
  for (int i = 0; i < 10; ++i) fail("198.51.100." + std::to_string(i));
  EXPECT_TRUE(admit(visitor("203.0.113.1")).error().challenge);
  EXPECT_TRUE(passes(visitor("203.0.113.1", "bob")));
  EXPECT_EQ(events("defence.account_under_attack"), 1);
  clock.advance(15min);
  EXPECT_TRUE(passes(visitor("203.0.113.1")));
}

// U04: the answers, and what is written, are the same for a name that nobody has.
TEST_F(DefenceTest, U04_a_name_that_nobody_has_comes_under_suspicion_alike) {
  for (int i = 0; i < 10; ++i) fail("198.51.100." + std::to_string(i), "nobody", false);
  EXPECT_TRUE(admit(visitor("203.0.113.1", "nobody", false)).error().challenge);
  EXPECT_EQ(events("defence.account_under_attack"), 1);
}

TEST_F(DefenceTest, spraying_over_many_accounts_and_addresses_is_noticed_and_ends) {
  for (int i = 0; i < 20; ++i) fail("198.51.100." + std::to_string(i), "account " + std::to_string(i));
  EXPECT_TRUE(admit(visitor("203.0.113.1", "bob")).error().challenge) << "at an account nobody has tried";
  EXPECT_TRUE(admit(visitor("203.0.113.1", "")).error().challenge) << "and for a registration";
  EXPECT_EQ(events("defence.spraying_detected"), 1);
  for (int i = 0; i < 20; ++i) fail("198.51.100." + std::to_string(i), "more " + std::to_string(i));
  EXPECT_EQ(events("defence.spraying_detected"), 1) << "one attack is one event";
  EXPECT_EQ(events("defence.stuffing_detected"), 0);
  clock.advance(15min);
  EXPECT_TRUE(passes(visitor("203.0.113.1", "bob")));
  EXPECT_EQ(events("defence.attack_over"), 1);
}

TEST_F(DefenceTest, names_that_nobody_has_are_stuffing) {
  for (int i = 0; i < 20; ++i) fail("198.51.100." + std::to_string(i), "name " + std::to_string(i), false);
  EXPECT_EQ(events("defence.stuffing_detected"), 1);
  EXPECT_EQ(events("defence.spraying_detected"), 0);
}

TEST_F(DefenceTest, many_guesses_at_few_accounts_are_no_spraying) {
  for (int i = 0; i < 200; ++i) {
    fail("198.51.100." + std::to_string(i % 250), "account " + std::to_string(i % 19));
  }
  EXPECT_EQ(events("defence.spraying_detected"), 0);
}

TEST_F(DefenceTest, the_typing_errors_of_a_busy_site_are_no_attack) {
  for (int i = 0; i < 40; ++i) {
    for (int right = 0; right < 4; ++right) test::run_on_loop(defence->succeeded(visitor("203.0.113.7")));
    fail("198.51.100." + std::to_string(i), "account " + std::to_string(i));
  }
  EXPECT_EQ(events("defence.spraying_detected"), 0);
  EXPECT_TRUE(passes(visitor("203.0.113.1", "bob")));
}

TEST_F(DefenceTest, a_long_hash_queue_asks_for_work) {
  busy = true;
  auto person = visitor("192.0.2.1");
  EXPECT_TRUE(admit(person).error().challenge);
  person.proof = solved("192.0.2.1");
  EXPECT_TRUE(passes(person));
}

TEST_F(DefenceTest, registrations_ask_for_work_where_that_is_wanted) {
  EXPECT_TRUE(test::run_on_loop(defence->admit_newcomer(address("192.0.2.1"), "")));
  auto wanted = options();
  wanted.challenge_newcomers = true;
  defence = make(wanted);
  EXPECT_TRUE(test::run_on_loop(defence->admit_newcomer(address("192.0.2.1"), "")).error().challenge);
  EXPECT_TRUE(test::run_on_loop(defence->admit_newcomer(address("192.0.2.1"), solved("192.0.2.1"))));
}

TEST_F(DefenceTest, an_administrator_lists_and_ends_a_block_and_the_failures_are_forgotten) {
  for (int i = 0; i < 5; ++i) fail("2001:db8:1:2::1", "account " + std::to_string(i));
  const auto listed = test::run_on_loop(defence->list_blocks(10));
  ASSERT_EQ(listed.newest.size(), 1U);
  EXPECT_EQ(listed.total, 1U);
  EXPECT_EQ(listed.newest[0].address.to_string(), "2001:db8:1:2::");
  const contract::AccountId admin(base::Uuid::v7(clock, random));
  EXPECT_TRUE(test::run_on_loop(defence->unblock(listed.newest[0].address, admin)));
  EXPECT_FALSE(test::run_on_loop(defence->unblock(listed.newest[0].address, admin)));
  EXPECT_EQ(events("defence.address_unblocked"), 1);
  fail("2001:db8:1:2::1");
  EXPECT_TRUE(passes(visitor("2001:db8:1:2::1")));
}

// L02: neither addresses nor names are in what is logged, counted or recorded.
TEST_F(DefenceTest, L02_no_address_reaches_the_log_the_figures_or_the_database) {
  for (int i = 0; i < 30; ++i) fail("192.0.2.77", "canary " + std::to_string(i));
  (void)passes(visitor("192.0.2.77", "canary"));
  const auto figures_text = metrics.render();
  EXPECT_FALSE(log.contains("192.0.2.77"));
  EXPECT_FALSE(log.contains("canary"));
  EXPECT_EQ(figures_text.find("192.0.2.77"), std::string::npos);
  EXPECT_NE(figures_text.find("gatehouse_identity_visitors_hindered_total{reason=\"address_blocked\"} 1"),
            std::string::npos);
  const auto sealed = database->database().read_blocking([](db::Transaction& tx) {
    return *tx.query_one("SELECT address_sealed FROM address_block", {},
                         [](const db::Row& row) { return row.blob(0); });
  });
  EXPECT_EQ(sealed.find("192.0.2.77"), std::string::npos);
}

}  // namespace
}  // namespace gatehouse::identity
