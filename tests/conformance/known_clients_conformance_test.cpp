// What KnownClients promises on every database (identity/session/known_clients.hpp).
#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "identity/session/known_clients.hpp"
#include "platform/base/clock.hpp"
#include "tests/conformance/add_account.hpp"
#include "tests/conformance/on_every_database.hpp"
#include "tests/support/fake_random.hpp"

namespace gatehouse::identity {
namespace {

using contract::AccountId;
using db::Transaction;
using Met = KnownClients::Met;

constexpr const char* kFirefox = "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0";
constexpr const char* kNewerFirefox = "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0";
constexpr const char* kCurl = "curl/8.5.0";

class KnownClientsConformance : public test::OnEveryDatabase {
 protected:
  AccountId account(const std::string& name) { return test::add_account(database(), name, clock_, random_); }
  Met meet(AccountId whose, const std::string& address, const char* agent) {
    return write([&](Transaction& tx) {
      return clients_.meet(tx, whose, base::IpAddress::parse(address).value(), agent, clock_.now());
    });
  }

  base::FakeClock clock_;
  test::FakeRandom random_;
  KnownClients clients_{base::Secret(std::string(32, 'k'))};
};
GATEHOUSE_ON_EVERY_DATABASE(KnownClientsConformance);

TEST_P(KnownClientsConformance, tells_a_new_browser_or_network_from_one_met_before) {
  const auto alice = account("alice");
  EXPECT_EQ(meet(alice, "192.0.2.7", kFirefox), Met::first_ever);
  EXPECT_EQ(meet(alice, "192.0.2.7", kFirefox), Met::before);
  EXPECT_EQ(meet(alice, "192.0.2.99", kNewerFirefox), Met::before) << "same network, same kind of browser";
  EXPECT_EQ(meet(alice, "198.51.100.7", kFirefox), Met::anew);
  EXPECT_EQ(meet(alice, "192.0.2.7", kCurl), Met::anew);
  EXPECT_EQ(meet(alice, "2001:db8:1:1::1", kFirefox), Met::anew);
  EXPECT_EQ(meet(alice, "2001:db8:1:ffff::2", kFirefox), Met::before) << "same /48";
}

TEST_P(KnownClientsConformance, what_one_account_has_met_another_has_not) {
  EXPECT_EQ(meet(account("alice"), "192.0.2.7", kFirefox), Met::first_ever);
  EXPECT_EQ(meet(account("bob"), "192.0.2.7", kFirefox), Met::first_ever);
}

TEST_P(KnownClientsConformance, one_too_many_forgets_the_one_not_seen_for_longest) {
  const auto alice = account("alice");
  const auto network = [](std::size_t i) { return "10.0." + std::to_string(i) + ".1"; };
  for (std::size_t i = 0; i <= kMaxKnownClients; ++i) {
    clock_.advance(std::chrono::seconds(1));
    meet(alice, network(i), kFirefox);
  }
  EXPECT_EQ(meet(alice, network(kMaxKnownClients), kFirefox), Met::before);
  EXPECT_EQ(meet(alice, network(1), kFirefox), Met::before);
  EXPECT_EQ(meet(alice, network(0), kFirefox), Met::anew);
}

TEST_P(KnownClientsConformance, of_parallel_sign_ins_from_a_new_client_one_is_the_new_one) {
  const auto alice = account("alice");
  EXPECT_EQ(meet(alice, "192.0.2.7", kFirefox), Met::first_ever);
  EXPECT_EQ(winners(8, [&](int) { return meet(alice, "198.51.100.7", kFirefox) == Met::anew; }), 1);
}

TEST_P(KnownClientsConformance, forgets_what_was_not_seen_for_a_year) {
  const auto alice = account("alice");
  meet(alice, "192.0.2.7", kFirefox);
  clock_.advance(std::chrono::hours(24 * 200));
  EXPECT_EQ(meet(alice, "192.0.2.7", kFirefox), Met::before);
  meet(alice, "198.51.100.7", kFirefox);
  const auto year = std::chrono::hours(24 * 365);
  const auto sweep = [&] {
    return write([&](Transaction& tx) { return clients_.sweep(tx, clock_.now() - year, 10); });
  };
  clock_.advance(std::chrono::hours(24 * 200));
  EXPECT_EQ(sweep(), 0U);
  clock_.advance(std::chrono::hours(24 * 166));
  EXPECT_EQ(sweep(), 2U);
}

TEST_P(KnownClientsConformance, U08_goes_with_its_account) {
  const auto alice = account("alice");
  meet(alice, "192.0.2.7", kFirefox);
  write([&](Transaction& tx) { return tx.execute("DELETE FROM account WHERE id = $1", {db::Blob{alice.bytes()}}); });
  EXPECT_EQ(meet(account("alice"), "192.0.2.7", kFirefox), Met::first_ever);
}

}  // namespace
}  // namespace gatehouse::identity
