#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <string>

#include "identity/defence/address_block_store.hpp"
#include "tests/conformance/on_every_database.hpp"
#include "tests/support/fake_random.hpp"
#include "tests/support/run_on_loop.hpp"

namespace gatehouse {
namespace {

using namespace std::chrono_literals;
using identity::AddressBlockStore;

class AddressBlockStoreConformance : public test::OnEveryDatabase {
 protected:
  static base::IpAddress address(const std::string& text) { return base::IpAddress::parse(text).value(); }
  bool block(const std::string& text, base::TimePoint at) {
    return database().write_blocking([&](db::Transaction& tx) { return store.block(tx, address(text), at, at + 1h); });
  }
  std::optional<base::TimePoint> find(const std::string& text, base::TimePoint at) {
    return database().read_blocking([&](db::Transaction& tx) { return store.find(tx, address(text), at); });
  }

  test::FakeRandom random;
  AddressBlockStore store{base::Secret(std::string(32, 'm')), crypto::SealingKey::generate(random), random};
  const base::TimePoint now{1'800'000'000'000ms};
};
GATEHOUSE_ON_EVERY_DATABASE(AddressBlockStoreConformance);

TEST_P(AddressBlockStoreConformance, blocks_until_the_time_is_over) {
  EXPECT_FALSE(find("192.0.2.1", now));
  EXPECT_TRUE(block("192.0.2.1", now));
  EXPECT_EQ(find("192.0.2.1", now), now + 1h);
  EXPECT_FALSE(find("192.0.2.2", now));
  EXPECT_FALSE(find("192.0.2.1", now + 1h));
}

TEST_P(AddressBlockStoreConformance, a_second_block_changes_nothing_until_the_first_is_over) {
  EXPECT_TRUE(block("192.0.2.1", now));
  EXPECT_FALSE(block("192.0.2.1", now + 30min));
  EXPECT_EQ(find("192.0.2.1", now + 30min), now + 1h);
  EXPECT_TRUE(block("192.0.2.1", now + 1h));
  EXPECT_EQ(find("192.0.2.1", now + 1h), now + 2h);
}

TEST_P(AddressBlockStoreConformance, of_many_at_once_one_blocks) {
  std::atomic<int> blocked = 0;
  test::run_together(20, [&](std::size_t) -> boost::asio::awaitable<void> {
    auto step = [&](db::Transaction& tx) { return store.block(tx, address("192.0.2.1"), now, now + 1h); };
    if (co_await database().write(step)) ++blocked;
  });
  EXPECT_EQ(blocked, 1);
}

TEST_P(AddressBlockStoreConformance, counts_an_ipv6_network_as_one) {
  EXPECT_TRUE(block("2001:db8::1", now));
  EXPECT_TRUE(find("2001:db8::2", now));
  EXPECT_FALSE(find("2001:db8:0:1::1", now));
}

TEST_P(AddressBlockStoreConformance, lists_what_is_blocked_now_the_newest_first) {
  EXPECT_TRUE(block("192.0.2.1", now - 2h));
  EXPECT_TRUE(block("192.0.2.2", now - 30min));
  EXPECT_TRUE(block("2001:db8::1", now));
  database().read_blocking([&](db::Transaction& tx) {
    const auto all = store.newest(tx, now, 10);
    EXPECT_EQ(all.size(), 2U);
    EXPECT_EQ(all[0].address.to_string(), "2001:db8::");
    EXPECT_EQ(all[1].address.to_string(), "192.0.2.2");
    EXPECT_EQ(all[1].until, now + 30min);
    EXPECT_EQ(store.newest(tx, now, 1).size(), 1U);
    EXPECT_EQ(store.count(tx, now), 2U);
    return 0;
  });
}

TEST_P(AddressBlockStoreConformance, ends_a_block_once) {
  EXPECT_TRUE(block("192.0.2.1", now));
  const auto unblock = [&] {
    return database().write_blocking([&](db::Transaction& tx) { return store.unblock(tx, address("192.0.2.1"), now); });
  };
  EXPECT_TRUE(unblock());
  EXPECT_FALSE(unblock());
  EXPECT_FALSE(find("192.0.2.1", now));
}

TEST_P(AddressBlockStoreConformance, sweeps_what_is_over_in_steps) {
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(block("192.0.2." + std::to_string(i), now - 2h));
  EXPECT_TRUE(block("192.0.2.100", now));
  const auto sweep = [&] {
    return database().write_blocking([&](db::Transaction& tx) { return store.sweep(tx, now, 3); });
  };
  EXPECT_EQ(sweep(), 3U);
  EXPECT_EQ(sweep(), 2U);
  EXPECT_EQ(sweep(), 0U);
  EXPECT_TRUE(find("192.0.2.100", now));
}

TEST_P(AddressBlockStoreConformance, other_keys_find_and_open_nothing) {
  EXPECT_TRUE(block("192.0.2.1", now));
  const AddressBlockStore other(base::Secret(std::string(32, 'x')), crypto::SealingKey::generate(random), random);
  database().read_blocking([&](db::Transaction& tx) {
    EXPECT_FALSE(other.find(tx, address("192.0.2.1"), now));
    EXPECT_TRUE(other.newest(tx, now, 10).empty());
    return 0;
  });
}

}  // namespace
}  // namespace gatehouse
