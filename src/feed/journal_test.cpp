#include "feed/journal.hpp"

#include <gtest/gtest.h>
#include <malloc.h>

#include <algorithm>
#include <optional>

#include "crypto/signing_key.hpp"
#include "feed/nodes_test.hpp"
#include "feed/rows.hpp"
#include "platform/base/encoding.hpp"

namespace gatehouse::feed {
namespace {

using std::chrono::minutes;

class JournalTest : public testing::Test {
 protected:
  // All rows behind `after`, page by page, as a follower asks for them.
  [[nodiscard]] std::vector<contract::Revocation> all_behind(Position after) const {
    std::vector<contract::Revocation> all;
    for (;;) {
      const Message message = journal.read(after, {});
      auto rows = read_rows(message.rows, message.row_count);
      EXPECT_TRUE(rows);
      if (!rows) return all;
      all.insert(all.end(), rows->begin(), rows->end());
      EXPECT_EQ(message.after, after);
      if (message.to == message.head) return all;
      EXPECT_GT(message.to, after);
      after = message.to;
    }
  }
  int notified = 0;
  std::function<void()> count = [this] { ++notified; };

  ClusterKeys cluster{test::cluster_secret()};
  base::FakeClock clock;
  gatehouse::test::FakeRandom random;
  telemetry::Metrics metrics;
  telemetry::Metrics other_metrics;
  Journal journal{{.keep = minutes(20), .max_waiting = 2}, cluster, clock, random, metrics};
};

TEST_F(JournalTest, hands_on_every_row_in_the_order_in_which_it_learned_of_them) {
  journal.append(test::ended_from(1, 3));
  journal.append({});
  journal.append({test::ended(9)});
  EXPECT_EQ(journal.head(), 4U);
  const auto rows = all_behind(0);
  ASSERT_EQ(rows.size(), 4U);
  EXPECT_EQ(rows.back().key, test::ended(9).key);
  EXPECT_EQ(all_behind(3).size(), 1U);
  EXPECT_TRUE(all_behind(4).empty());
}

TEST_F(JournalTest, a_hundred_thousand_rows_go_out_in_pages_from_wherever_the_asker_stands) {
  for (int first = 1; first <= 100'000; first += 777) {
    journal.append(test::ended_from(first, std::min(first + 776, 100'000)));
  }
  for (const Position after : {0U, 1U, 1'023U, 1'024U, 1'025U, 2'048U, 99'999U}) {
    const auto rows = all_behind(after);
    ASSERT_EQ(rows.size(), 100'000 - after) << after;
    EXPECT_EQ(rows.front().key, test::ended(static_cast<int>(after) + 1).key) << after;
  }
}

TEST_F(JournalTest, what_this_process_ended_is_not_added_again_when_the_database_tells_of_it) {
  journal.append({test::ended(1)});
  journal.append(test::ended_from(1, 2));
  EXPECT_EQ(journal.head(), 2U);
}

// After a failover that lost the last writes, the next ones get their numbers.
TEST_F(JournalTest, S04_another_row_under_a_number_seen_before_is_added) {
  journal.append({test::ended(1)});
  auto other = test::ended(2);
  other.seq = 1;
  journal.append({other});
  EXPECT_EQ(all_behind(0).size(), 2U);
}

TEST_F(JournalTest, rows_are_kept_as_long_as_they_matter_whatever_the_wall_clock_says) {
  journal.append({test::ended(1, base::TimePoint())});  // over long since, for a clock that is ahead
  EXPECT_EQ(all_behind(0).size(), 1U);
  clock.advance(minutes(20));
  journal.append({test::ended(2)});
  EXPECT_EQ(all_behind(0).size(), 2U);
  clock.advance(minutes(20) + std::chrono::milliseconds(1));
  journal.confirm(clock.steady_now());
  EXPECT_TRUE(all_behind(0).empty());
  EXPECT_EQ(journal.head(), 2U) << "positions are not given twice";
  journal.append({test::ended(3)});
  EXPECT_EQ(all_behind(0).size(), 1U);
  EXPECT_EQ(all_behind(2).size(), 1U);
  EXPECT_NE(metrics.render().find("gatehouse_feed_journal_rows 1"), std::string::npos);
}

TEST_F(JournalTest, a_position_of_another_instance_is_read_as_the_beginning) {
  journal.append({test::ended(1)});
  const Message message = journal.read(2, {});
  EXPECT_EQ(message.after, 0U);
  EXPECT_EQ(message.row_count, 1U);
}

TEST_F(JournalTest, says_how_long_ago_it_was_sure_of_the_database) {
  EXPECT_FALSE(journal.read(0, {}).confirmed_age);
  const auto before = clock.steady_now();
  clock.advance(std::chrono::milliseconds(30));
  journal.confirm(before);
  EXPECT_EQ(journal.read(0, {}).confirmed_age, std::chrono::milliseconds(30));
  journal.confirm(before - minutes(1));
  EXPECT_EQ(journal.read(0, {}).confirmed_age, std::chrono::milliseconds(30));
}

TEST_F(JournalTest, who_waits_is_told_of_rows_and_of_keys_once) {
  const auto known = journal.read(0, {}).bundle_version;
  const auto place = journal.watch(0, known, count);
  ASSERT_TRUE(place);
  EXPECT_EQ(notified, 0);
  journal.append({test::ended(1)});
  EXPECT_EQ(notified, 1);
  journal.append({test::ended(2)});
  EXPECT_EQ(notified, 1);
  const auto another = journal.watch(2, known, count);
  ASSERT_TRUE(another);
  const auto key = crypto::SigningKey::generate(crypto::Algorithm::eddsa, random);
  journal.set_bundle(*crypto::KeySet::from_keys({key.verification_key()}), {});
  EXPECT_EQ(notified, 2);
  EXPECT_NE(journal.read(2, known).bundle_version, known);
  EXPECT_FALSE(journal.read(2, known).bundle.empty());
  EXPECT_TRUE(journal.read(2, journal.read(2, known).bundle_version).bundle.empty());
}

TEST_F(JournalTest, who_asks_for_what_is_there_does_not_wait) {
  journal.append({test::ended(1)});
  const auto known = journal.read(0, {}).bundle_version;
  EXPECT_TRUE(journal.watch(0, known, count));
  EXPECT_TRUE(journal.watch(1, {}, count));
  EXPECT_TRUE(journal.watch(5, known, count)) << "another instance's position";
  EXPECT_EQ(notified, 3);
}

TEST_F(JournalTest, no_more_wait_than_there_is_room_for) {
  const auto known = journal.read(0, {}).bundle_version;
  auto first = journal.watch(0, known, count);
  const auto second = journal.watch(0, known, count);
  ASSERT_TRUE(first && second);
  EXPECT_FALSE(journal.watch(0, known, count));
  first.reset();
  const auto third = journal.watch(0, known, count);
  EXPECT_TRUE(third);
  journal.append({test::ended(1)});
  EXPECT_EQ(notified, 2) << "who has left is not told";
}

TEST_F(JournalTest, a_place_may_outlive_the_journal) {
  std::optional<Journal> brief(std::in_place, JournalOptions{}, cluster, clock, random, other_metrics);
  const auto place = brief->watch(0, brief->read(0, {}).bundle_version, count);
  ASSERT_TRUE(place);
  brief.reset();
}

TEST_F(JournalTest, a_session_takes_less_than_64_bytes) {
  constexpr int kRows = 400'000;
  const auto before = mallinfo2().uordblks + mallinfo2().hblkhd;
  for (int first = 1; first <= kRows; first += 1'000) journal.append(test::ended_from(first, first + 999));
  const auto taken = mallinfo2().uordblks + mallinfo2().hblkhd - before;
  EXPECT_LT(static_cast<double>(taken) / kRows, 64.0);
}

TEST(BundleTest, T18_keys_of_every_algorithm_arrive_and_verify) {
  gatehouse::test::FakeRandom random;
  const ClusterKeys cluster(test::cluster_secret());
  std::vector<crypto::SigningKey> signers;
  std::vector<crypto::VerificationKey> keys;
  for (const auto algorithm : {crypto::Algorithm::es256, crypto::Algorithm::eddsa, crypto::Algorithm::hs256}) {
    signers.push_back(crypto::SigningKey::generate(algorithm, random));
    keys.push_back(signers.back().verification_key());
  }
  const auto set = crypto::KeySet::from_keys(keys);
  const auto bundle = make_bundle(*set, {}, cluster, random);
  const auto read = read_bundle(bundle.bytes, cluster);
  ASSERT_TRUE(read);
  ASSERT_EQ(read->keys->size(), 3U);
  for (const auto& signer : signers) {
    const auto* const key = read->keys->find(signer.kid());
    ASSERT_NE(key, nullptr);
    EXPECT_TRUE(key->verify("text", signer.sign("text")));
  }
  // The secret one does not show, and only our cluster opens it.
  EXPECT_EQ(bundle.bytes.find(base::base64url_encode(signers[2].private_bytes().expose())), std::string::npos);
  EXPECT_FALSE(read_bundle(bundle.bytes, ClusterKeys(test::cluster_secret('d'))));
  // The version names the content: the same in every process, whatever the order or the sealing.
  std::ranges::reverse(keys);
  EXPECT_EQ(make_bundle(*crypto::KeySet::from_keys(keys), {}, cluster, random).version, bundle.version);
  keys.pop_back();
  EXPECT_NE(make_bundle(*crypto::KeySet::from_keys(keys), {}, cluster, random).version, bundle.version);
}

TEST(BundleTest, a_bundle_with_one_bad_key_is_refused_whole) {
  gatehouse::test::FakeRandom random;
  const ClusterKeys cluster(test::cluster_secret());
  const auto key = crypto::SigningKey::generate(crypto::Algorithm::eddsa, random);
  const auto good = make_bundle(*crypto::KeySet::from_keys({key.verification_key()}), {}, cluster, random).bytes;
  ASSERT_TRUE(read_bundle(good, cluster));
  const std::string keys = good.substr(std::string(R"({"keys":[)").size(), good.find(R"(],"roles")") - 9);
  const auto with = [&](const std::string& entry) {
    return read_bundle(R"({"keys":[)" + keys + "," + entry + R"(],"roles":{}})", cluster).has_value();
  };
  ASSERT_TRUE(read_bundle(R"({"keys":[)" + keys + R"(],"roles":{}})", cluster));
  EXPECT_FALSE(with("1"));
  EXPECT_FALSE(with("{}"));
  EXPECT_FALSE(with(R"({"jwk":1})"));
  EXPECT_FALSE(with(R"({"jwk":{"kty":"oct","k":"c2VjcmV0","alg":"HS256"}})"));
  EXPECT_FALSE(with(R"({"jwk":{"kty":"OKP","crv":"Ed25519","x":"AA","alg":"none"}})"));
  EXPECT_FALSE(with(R"({"kid":"a","sealed":"AAAA"})"));
  EXPECT_FALSE(with(keys)) << "twice the same kid";
  EXPECT_FALSE(read_bundle("", cluster));
  EXPECT_FALSE(read_bundle("{}", cluster));
  EXPECT_FALSE(read_bundle("[]", cluster));
  EXPECT_FALSE(read_bundle(R"({"keys":[]})", cluster));
}

TEST(BundleTest, roles_arrive_as_they_are) {
  gatehouse::test::FakeRandom random;
  const ClusterKeys cluster(test::cluster_secret());
  const auto all = [](std::initializer_list<const char*> texts) {
    std::vector<contract::Permission> permissions;
    for (const char* text : texts) permissions.push_back(contract::Permission::parse(text).value());
    return permissions;
  };
  const contract::RolePermissions roles{{"admin", all({"*:*"})}, {"guest", {}}, {"member", all({"a:read:own", "b:c"})}};
  const auto bundle = make_bundle({}, roles, cluster, random);
  const auto read = read_bundle(bundle.bytes, cluster);
  ASSERT_TRUE(read);
  EXPECT_EQ(*read->roles, roles);
  // The version names the content: another permission, another role, another version; another order, the same.
  const contract::RolePermissions reordered{
      {"admin", all({"*:*"})}, {"guest", {}}, {"member", all({"b:c", "a:read:own"})}};
  EXPECT_EQ(make_bundle({}, reordered, cluster, random).version, bundle.version);
  const contract::RolePermissions more{{"admin", all({"*:*"})}, {"guest", all({"b:c"})}, {"member", {}}};
  EXPECT_NE(make_bundle({}, more, cluster, random).version, bundle.version);
  EXPECT_NE(make_bundle({}, {}, cluster, random).version, bundle.version);
}

TEST(BundleTest, a_bundle_with_one_bad_role_is_refused_whole) {
  const ClusterKeys cluster(test::cluster_secret());
  const auto reads = [&](const std::string& roles) {
    return read_bundle(R"({"keys":[],"roles":)" + roles + "}", cluster).has_value();
  };
  ASSERT_TRUE(reads(R"({"admin":["*:*"]})"));
  for (const char* roles : {"1", "[]", R"({"admin":"*:*"})", R"({"admin":[1]})", R"({"admin":["nonsense"]})",
                            R"({"admin":["*:*"],"Admin":[]})", R"({"":[]})", R"({"a b":[]})"}) {
    EXPECT_FALSE(reads(roles)) << roles;
  }
}

}  // namespace
}  // namespace gatehouse::feed
