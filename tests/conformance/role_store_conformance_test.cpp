// What RoleStore, Roles and RoleSteps promise on every database (identity/role).
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "identity/role/role_steps.hpp"
#include "identity/role/roles.hpp"
#include "platform/audit/event_store.hpp"
#include "platform/base/clock.hpp"
#include "tests/conformance/on_every_database.hpp"

namespace gatehouse::identity {
namespace {

using contract::RolePermissions;
using db::Transaction;

std::vector<contract::Permission> all(std::initializer_list<const char*> texts) {
  std::vector<contract::Permission> permissions;
  for (const char* text : texts) permissions.push_back(contract::Permission::parse(text).value());
  return permissions;
}

class RoleStoreConformance : public test::OnEveryDatabase {
 protected:
  RolePermissions in_database() {
    return in_force(database().read_blocking([&](Transaction& tx) { return store_.list(tx); }));
  }
  template <class F>
  RoleSteps::Outcome change(F step) {
    return database().write_blocking([&](Transaction& tx) { return step(tx); });
  }
  std::vector<audit::RecordedEvent> events() {
    return database().read_blocking([](Transaction& tx) { return audit::EventStore().page(tx, {}); });
  }

  const RolePermissions configured_{
      {"admin", all({"*:*"})}, {"clerk", all({"desk:open", "desk:read:own"})}, {"member", {}}};
  base::FakeClock clock_;
  audit::Log log_{clock_};
  RoleStore store_;
  Roles roles_{database()};
  RoleSteps steps_{log_, clock_, {.kept = {"member"}}, configured_};
};
GATEHOUSE_ON_EVERY_DATABASE(RoleStoreConformance);

TEST_P(RoleStoreConformance, begins_with_the_configuration_and_then_is_the_truth) {
  EXPECT_EQ(roles_.begin(configured_, clock_.now()), (std::vector<std::string>{"admin", "clerk", "member"}));
  EXPECT_EQ(*roles_.snapshot(), configured_);
  ASSERT_TRUE(change([&](Transaction& tx) { return steps_.set(tx, "clerk", all({"desk:clean"}), {}); }));
  Roles again(database());
  EXPECT_TRUE(again.begin(configured_, clock_.now()).empty());
  EXPECT_EQ(again.snapshot()->at("clerk"), all({"desk:clean"}));
  auto more = configured_;
  more.emplace("guest", all({"a:b"}));
  EXPECT_EQ(again.begin(more, clock_.now()), std::vector<std::string>{"guest"});
  EXPECT_EQ(again.snapshot()->at("guest"), all({"a:b"}));
}

TEST_P(RoleStoreConformance, a_role_that_was_removed_is_not_brought_back_by_the_configuration) {
  roles_.begin(configured_, clock_.now());
  ASSERT_TRUE(change([&](Transaction& tx) { return steps_.remove(tx, "clerk", {}); }));
  EXPECT_TRUE(roles_.begin(configured_, clock_.now()).empty());
  EXPECT_FALSE(roles_.snapshot()->contains("clerk"));
  const auto gone = change([&](Transaction& tx) { return steps_.remove(tx, "clerk", {}); });
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().error, RoleError::unknown_role);
  // By somebody it is.
  ASSERT_TRUE(change([&](Transaction& tx) { return steps_.set(tx, "clerk", all({"x:y"}), {}); }));
  EXPECT_EQ(in_database().at("clerk"), all({"x:y"}));
  // And one that the configuration does not have leaves nothing behind.
  ASSERT_TRUE(change([&](Transaction& tx) { return steps_.set(tx, "guest", {}, {}); }));
  ASSERT_TRUE(change([&](Transaction& tx) { return steps_.remove(tx, "guest", {}); }));
  EXPECT_EQ(database().read_blocking([&](Transaction& tx) { return store_.list(tx).size(); }), 3U);
}

TEST_P(RoleStoreConformance, each_role_that_changes_is_an_event_and_none_else) {
  roles_.begin(configured_, clock_.now());
  const auto editor =
      RoleEditor{contract::AccountId(base::Uuid::parse("01890000-0000-7000-8000-00000000000a").value()), {"admin"}};
  const auto replaced = change([&](Transaction& tx) {
    return steps_.replace(tx, {{"admin", all({"*:*"})}, {"guest", all({"a:b"})}, {"member", {}}}, {}, editor);
  });
  ASSERT_TRUE(replaced);
  EXPECT_EQ(in_database(), *replaced);
  const auto all_events = events();
  ASSERT_EQ(all_events.size(), 2U);
  EXPECT_EQ(all_events[0].type, "role.defined");
  EXPECT_EQ(all_events[0].fields, R"({"role":"guest","granted":"a:b"})");
  EXPECT_EQ(all_events[0].actor, editor.account.uuid());
  EXPECT_EQ(all_events[1].type, "role.removed");
  EXPECT_EQ(all_events[1].fields, R"({"role":"clerk","withdrawn":"desk:open desk:read:own"})");
}

TEST_P(RoleStoreConformance, a_change_of_what_somebody_else_has_changed_meanwhile_is_refused) {
  roles_.begin(configured_, clock_.now());
  const std::string seen = version_of(configured_);
  auto mine = configured_;
  mine["clerk"] = all({"mine:do"});
  auto theirs = configured_;
  theirs["member"] = all({"theirs:do"});
  ASSERT_TRUE(change([&](Transaction& tx) { return steps_.replace(tx, theirs, seen, {}); }));
  const auto late = change([&](Transaction& tx) { return steps_.replace(tx, mine, seen, {}); });
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().error, RoleError::changed_meanwhile);
  EXPECT_EQ(in_database(), theirs);
  EXPECT_TRUE(change([&](Transaction& tx) { return steps_.replace(tx, mine, version_of(theirs), {}); }));
}

// Each change alone would leave a way back.
TEST_P(RoleStoreConformance, of_those_who_race_to_remove_the_last_administrators_one_is_refused) {
  for (int round = 0; round < 5; ++round) {
    database().write_blocking([&](Transaction& tx) {
      for (const char* name : {"a", "b"}) store_.put(tx, name, all({"*:*"}), clock_.now());
      return 0;
    });
    const auto remove = [&](int i) {
      return write([&](Transaction& tx) { return steps_.remove(tx, i == 0 ? "a" : "b", {}); });
    };
    EXPECT_EQ(winners(2, remove), 1);
  }
}

TEST_P(RoleStoreConformance, nodes_that_begin_at_once_add_each_role_once) {
  std::atomic<std::size_t> added{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] { added += Roles(database()).begin(configured_, clock_.now()).size(); });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(added, configured_.size());
  EXPECT_EQ(in_database(), configured_);
}

TEST_P(RoleStoreConformance, a_snapshot_stays_the_same_object_until_something_is_new) {
  roles_.begin(configured_, clock_.now());
  const auto before = roles_.snapshot();
  roles_.reload();
  EXPECT_EQ(roles_.snapshot(), before);
  ASSERT_TRUE(change([&](Transaction& tx) { return steps_.set(tx, "guest", {}, {}); }));
  roles_.reload();
  EXPECT_TRUE(roles_.snapshot()->contains("guest"));
  EXPECT_FALSE(before->contains("guest")) << "who holds a snapshot keeps it";
}

TEST_P(RoleStoreConformance, who_follows_reads_the_table_after_each_change_and_only_then) {
  const auto follow = [&](std::optional<std::int64_t> known) {
    return database().read_blocking([&](Transaction& tx) { return store_.follow(tx, known); });
  };
  auto seen = follow({});
  EXPECT_TRUE(seen.records) << "who has never looked";
  EXPECT_FALSE(follow(seen.version).records);
  roles_.begin(configured_, clock_.now());
  // A clock that stands still, or goes back, hides nothing.
  using Step = std::function<RoleSteps::Outcome(Transaction&)>;
  const Step steps[] = {[&](Transaction& tx) { return steps_.set(tx, "guest", all({"a:b"}), {}); },
                        [&](Transaction& tx) { return steps_.set(tx, "guest", all({"a:c"}), {}); },
                        [&](Transaction& tx) { return steps_.remove(tx, "guest", {}); },
                        [&](Transaction& tx) { return steps_.remove(tx, "clerk", {}); },
                        [&](Transaction& tx) { return steps_.take_configured(tx); }};
  for (const auto& step : steps) {
    seen = follow(seen.version);
    ASSERT_TRUE(seen.records);
    EXPECT_EQ(in_force(*seen.records), in_database());
    EXPECT_FALSE(follow(seen.version).records);
    clock_.advance(std::chrono::seconds(-1));
    ASSERT_TRUE(change(step));
  }
  EXPECT_TRUE(follow(seen.version).records);
  EXPECT_FALSE(change([&](Transaction& tx) { return steps_.remove(tx, "nobody", {}); }));
}

TEST_P(RoleStoreConformance, a_change_that_came_to_nothing_is_none) {
  roles_.begin(configured_, clock_.now());
  const auto version = [&] {
    return database().read_blocking([&](Transaction& tx) { return store_.follow(tx, {}); }).version;
  };
  const auto before = version();
  EXPECT_THROW(database().write_blocking([&](Transaction& tx) -> int {
    store_.put(tx, "guest", {}, clock_.now());
    throw std::runtime_error("the rest of it has failed");
  }),
               std::runtime_error);
  EXPECT_TRUE(change([&](Transaction& tx) { return steps_.set(tx, "member", {}, {}); })) << "as it was";
  EXPECT_EQ(version(), before);
}

}  // namespace
}  // namespace gatehouse::identity
