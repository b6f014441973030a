#include "identity/account/profile_cache.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <stdexcept>
#include <string>
#include <thread>

#include "identity/account/identity_fixture.hpp"
#include "platform/base/unavailable.hpp"
#include "tests/support/redis_server.hpp"
#include "tests/support/run_on_loop.hpp"
#include "tests/support/server_process.hpp"

namespace gatehouse::identity {
namespace {

using namespace std::chrono_literals;
using boost::asio::awaitable;

// Until `done` says so; throws when it never did.
template <class Done>
void eventually(Done done) {
  if (!test::wait_until(done)) throw std::runtime_error("waited in vain");
}

// A process's cache with its client.
struct Node {
  Node(const std::string& url, const crypto::SealingKey& key, const base::Clock& clock)
      : redis(*cache::parse_redis_url(url), {.timeout = 2s}, system_clock, random),
        cache({}, redis, *crypto::SealingKey::from_bytes(key.bytes()), clock, random) {
    wait_until_up();
  }
  void wait_until_up() {
    eventually([this] { return redis.is_up(); });
  }
  void wait_until_away() {
    eventually([this] {
      test::run_on_loop([](cache::Redis& asked) -> awaitable<void> {
        try {
          (void)co_await asked.command({"PING"});
        } catch (const base::Unavailable&) {
        }
      }(redis));
      return !redis.is_up();
    });
  }

  base::SystemClock system_clock;
  base::SystemRandom random;
  cache::Redis redis;
  ProfileCache cache;
};

class ProfileCacheTest : public ::testing::Test {
 protected:
  // What the database has: a row with this name.
  ProfileCache::Load load() {
    return [this]() -> awaitable<ProfileCache::Found> {
      ++loads;
      co_return row();
    };
  }
  AccountWithProfile row() const {
    return {{.id = id, .username = username, .data_key_seed = "seed", .password_hash = "hash", .roles = {"member"}},
            "sealed profile",
            {}};
  }
  std::string name_from(Node& node) {
    const auto found = test::run_on_loop(node.cache.find(id, load()));
    EXPECT_EQ(found->password_hash, "") << "no copy of a row carries the hash";
    return found->username;
  }
  static void forget(Node& node, contract::AccountId id) { test::run_on_loop(node.cache.forget(id)); }

  test::RedisServer server;
  base::FakeClock clock;
  base::SystemRandom random;
  crypto::SealingKey key = crypto::SealingKey::generate(random);
  Node first{server.url(), key, clock};
  Node second{server.url(), key, clock};
  contract::AccountId id{base::Uuid::v7(clock, random)};
  std::string username = "alice";
  std::atomic<int> loads = 0;
};

TEST_F(ProfileCacheTest, loads_once_for_all_processes) {
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(name_from(first), "alice");
    EXPECT_EQ(name_from(second), "alice");
  }
  EXPECT_EQ(loads, 1);
  EXPECT_EQ(first.cache.stats().hits + second.cache.stats().hits, 9U);
}

TEST_F(ProfileCacheTest, L02_what_lies_in_redis_tells_nothing_and_expires) {
  (void)name_from(first);
  const auto name = server.cli({"KEYS", "*"});
  ASSERT_TRUE(name.starts_with("gatehouse:profile:")) << name;
  EXPECT_EQ(name.find(id.to_string()), std::string::npos);
  const auto value = server.cli({"GET", name});
  for (const char* plain : {"alice", "member", "sealed profile", "hash"}) {
    EXPECT_EQ(value.find(plain), std::string::npos) << plain;
  }
  const auto left = std::stoll(server.cli({"PTTL", name}));
  EXPECT_GT(left, 3'500'000);
  EXPECT_LE(left, 3'600'000);
}

TEST_F(ProfileCacheTest, a_forged_or_moved_row_is_not_believed) {
  (void)name_from(first);
  const auto name = server.cli({"KEYS", "*"});
  const contract::AccountId other(base::Uuid::v7(clock, random));
  const auto load_other = [&]() -> awaitable<ProfileCache::Found> {
    ++loads;
    auto record = row();
    record.id = other;
    co_return record;
  };
  const auto find_other = [&] { return test::run_on_loop(first.cache.find(other, load_other)); };
  (void)find_other();
  std::string other_name;
  const auto names = server.cli({"KEYS", "*"});
  for (std::size_t at = 0; at < names.size(); at += name.size() + 1) {
    if (names.substr(at, name.size()) != name) other_name = names.substr(at, name.size());
  }
  ASSERT_FALSE(other_name.empty());
  (void)server.cli({"COPY", name, other_name, "REPLACE"});
  const int before = loads;
  (void)find_other();
  EXPECT_EQ(loads, before + 1) << "the row of another account";
  (void)server.cli({"SET", name, "forged"});
  EXPECT_EQ(name_from(first), "alice");
  EXPECT_EQ(loads, before + 2);
}

TEST_F(ProfileCacheTest, a_change_is_seen_by_every_process_at_once) {
  (void)name_from(first);
  username = "alicia";
  forget(second, id);
  EXPECT_EQ(name_from(first), "alicia");
  EXPECT_EQ(name_from(second), "alicia");
}

// The reader has the old row in its hands while the change is made and forgotten; then it writes.
TEST_F(ProfileCacheTest, an_old_row_is_not_put_in_place_after_the_change) {
  const auto load_slowly = [&]() -> awaitable<ProfileCache::Found> {
    const auto old = row();
    username = "alicia";
    co_await second.cache.forget(id);
    co_return old;
  };
  EXPECT_EQ(test::run_on_loop(first.cache.find(id, load_slowly))->username, "alice") << "it asked before the change";
  EXPECT_EQ(name_from(first), "alicia");
  EXPECT_EQ(name_from(second), "alicia");
}

TEST_F(ProfileCacheTest, a_row_that_took_longer_to_load_than_the_fence_stands_is_not_kept) {
  const auto load_for_long = [&]() -> awaitable<ProfileCache::Found> {
    const auto old = row();
    username = "alicia";
    clock.advance(10s);
    co_return old;
  };
  EXPECT_EQ(test::run_on_loop(first.cache.find(id, load_for_long))->username, "alice");
  EXPECT_EQ(name_from(first), "alicia");
}

TEST_F(ProfileCacheTest, is_filled_again_when_the_fence_has_gone) {
  forget(first, id);
  (void)name_from(first);
  (void)name_from(first);
  EXPECT_EQ(loads, 2) << "behind the fence nothing is kept";
  (void)server.cli({"PEXPIRE", server.cli({"KEYS", "*"}), "1"});
  eventually([&] { return server.cli({"DBSIZE"}) == "0"; });
  (void)name_from(first);
  (void)name_from(second);
  EXPECT_EQ(loads, 3);
}

TEST_F(ProfileCacheTest, who_asks_while_a_row_is_loaded_waits_for_it) {
  server.kill();
  first.wait_until_away();
  std::promise<void> go;
  auto wait = go.get_future().share();
  const auto load_when_all_are_there = [&]() -> awaitable<ProfileCache::Found> {
    ++loads;
    wait.wait();  // blocks this loop; the others go on
    co_return row();
  };
  // One holds its loop and loads. Of five who have asked, two do so on one other loop, and the first of these waits.
  std::atomic<int> asked = 0;
  std::thread opener([&] {
    eventually([&] { return asked > 4; });
    go.set_value();
  });
  std::atomic<int> got = 0;
  test::run_together(50, [&](std::size_t) -> awaitable<void> {
    ++asked;
    if ((co_await first.cache.find(id, load_when_all_are_there))->username == "alice") ++got;
  });
  opener.join();
  EXPECT_EQ(got, 50);
  EXPECT_LT(loads, 50);
  EXPECT_EQ(loads + static_cast<int>(first.cache.stats().joined), 50);
}

TEST_F(ProfileCacheTest, nobody_joins_a_load_that_began_before_a_change) {
  ProfileCache::Found late;
  const auto load_during_change = [&]() -> awaitable<ProfileCache::Found> {
    const auto old = row();
    username = "alicia";
    co_await first.cache.forget(id);
    late = co_await first.cache.find(id, load());
    co_return old;
  };
  (void)test::run_on_loop(first.cache.find(id, load_during_change));
  EXPECT_EQ(late->username, "alicia");
}

TEST_F(ProfileCacheTest, a_load_that_fails_fails_all_who_wait_and_nobody_after) {
  const auto fails = []() -> awaitable<ProfileCache::Found> {
    throw base::Unavailable("storage_busy");
    co_return std::nullopt;
  };
  EXPECT_THROW((void)test::run_on_loop(first.cache.find(id, fails)), base::Unavailable);
  EXPECT_EQ(name_from(first), "alice");
}

TEST_F(ProfileCacheTest, an_account_that_is_gone_is_not_remembered) {
  const auto none = []() -> awaitable<ProfileCache::Found> { co_return std::nullopt; };
  EXPECT_FALSE(test::run_on_loop(first.cache.find(id, none)));
  EXPECT_EQ(server.cli({"DBSIZE"}), "0");
}

TEST_F(ProfileCacheTest, without_redis_the_database_is_read) {
  (void)name_from(first);
  server.freeze();
  first.wait_until_away();
  EXPECT_EQ(name_from(first), "alice");
  EXPECT_EQ(loads, 2);
  EXPECT_GE(first.cache.stats().bypassed, 1U);
}

TEST_F(ProfileCacheTest, a_change_that_redis_did_not_hear_of_is_forgotten_when_it_is_back) {
  (void)name_from(first);
  server.freeze();
  first.wait_until_away();
  username = "alicia";
  forget(first, id);
  EXPECT_EQ(first.cache.unforgotten(), 1U);
  EXPECT_EQ(name_from(first), "alicia");
  server.thaw();
  first.wait_until_up();
  // Whatever is asked for next.
  (void)test::run_on_loop(first.cache.find(contract::AccountId(base::Uuid::v7(clock, random)), load()));
  EXPECT_EQ(first.cache.unforgotten(), 0U);
  second.wait_until_up();
  EXPECT_EQ(name_from(second), "alicia");
}

TEST_F(ProfileCacheTest, a_full_redis_still_forgets) {
  (void)name_from(first);
  (void)server.cli({"CONFIG", "SET", "maxmemory", "1"});
  username = "alicia";
  forget(first, id);
  EXPECT_EQ(name_from(first), "alicia");
  EXPECT_EQ(name_from(second), "alicia");
  EXPECT_EQ(first.cache.unforgotten(), 0U);
}

// Through the services, as the HTTP interface calls them.
class CachedProfileTest : public ::testing::Test {
 protected:
  CachedProfileTest() { who_.account = alice_.id, who_.session = tokens_.session, who_.roles = alice_.roles; }

  base::Result<Account, Refusal> show() { return test::run_on_loop(self_service_.show(who_)); }

  test::RedisServer server_;
  IdentityStack stack_;
  Node node_{server_.url(), stack_.secrets.profile_kek, stack_.clock};
  SelfService self_service_{stack_.self_service_parts(stack_.current_password, &node_.cache)};
  Administration administration_{stack_.database, stack_.steps, stack_.sessions, stack_.log.logger(), &node_.cache};
  Account alice_ = stack_.register_account("alice");
  SessionTokens tokens_ = *stack_.sign_in_as("alice");
  contract::Principal who_;
};

TEST_F(CachedProfileTest, shows_the_same_from_the_cache_as_from_the_database) {
  const auto from_database = show();
  const auto from_cache = show();
  EXPECT_EQ(node_.cache.stats().hits, 1U);
  ASSERT_TRUE(from_cache);
  EXPECT_EQ(from_cache->id, from_database->id);
  EXPECT_EQ(from_cache->username, "alice");
  EXPECT_EQ(from_cache->profile.email, "alice@example.org");
  EXPECT_EQ(from_cache->roles, from_database->roles);
  EXPECT_EQ(from_cache->created_at, from_database->created_at);
}

TEST_F(CachedProfileTest, shows_a_change_of_ones_own_at_once) {
  (void)show();
  ASSERT_TRUE(
      test::run_on_loop(self_service_.change_profile(who_, {.display_name = "Alice A."}, IdentityStack::caller())));
  EXPECT_EQ(show()->profile.display_name, "Alice A.");
}

TEST_F(CachedProfileTest, shows_what_an_administrator_changed_at_once) {
  (void)show();
  ASSERT_TRUE(test::run_on_loop(administration_.set_roles(alice_.id, {"admin"}, IdentityStack::caller())));
  who_.roles = {"admin"};
  EXPECT_EQ(show()->roles, (std::vector<std::string>{"admin"}));
}

// The command line writes to the database and knows no Redis; the next token carries the new roles.
TEST_F(CachedProfileTest, shows_what_a_command_changed_once_the_token_says_so) {
  (void)show();
  (void)stack_.database.write_blocking(
      [&](db::Transaction& tx) { return stack_.steps.set_roles(tx, alice_.id, {"admin"}).has_value(); });
  who_.roles = {"admin"};
  EXPECT_EQ(show()->roles, (std::vector<std::string>{"admin"}));
}

}  // namespace
}  // namespace gatehouse::identity
