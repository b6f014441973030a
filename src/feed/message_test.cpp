#include "feed/message.hpp"

#include <gtest/gtest.h>

#include <string>

#include "feed/ask.hpp"
#include "feed/nodes_test.hpp"
#include "feed/rows.hpp"

namespace gatehouse::feed {
namespace {

using Kind = contract::Revocation::Kind;
using std::chrono::milliseconds;

class MessageTest : public testing::Test {
 protected:
  [[nodiscard]] Message sample() {
    Message message;
    message.instance = InstanceId(base::Uuid::random(random));
    message.nonce = Nonce(base::Uuid::random(random));
    message.bundle_version = BundleVersion(base::Uuid::random(random));
    message.after = 7;
    message.to = 12;
    message.head = 40;
    message.held = milliseconds(249);
    message.confirmed_age = milliseconds(20);
    message.wall = base::from_unix_ms(1'795'332'000'123);
    message.bundle = "[]";
    for (const auto& row : rows()) append_row(message.rows, row);
    message.row_count = rows().size();
    return message;
  }
  [[nodiscard]] static std::vector<contract::Revocation> rows() {
    return {test::ended(1),
            {.kind = Kind::account, .key = std::string(16, '\xff'), .min_epoch = 5, .until = base::from_unix_ms(17)},
            {.kind = Kind::token, .key = "jti", .until = base::from_unix_ms(18)},
            {.kind = Kind::key, .key = std::string(kMaxKeyBytes, 'k'), .until = base::from_unix_ms(19)}};
  }
  [[nodiscard]] std::string verdict(std::string_view bytes) const {
    const auto read = read_message(bytes, cluster);
    return read ? "read" : to_string(read.error());
  }
  // As an insider of another version might write it.
  [[nodiscard]] std::string verdict_on_signed(const std::string& body) const {
    return verdict(body + cluster.message_mac(body));
  }

  gatehouse::test::FakeRandom random;
  ClusterKeys cluster{test::cluster_secret()};
};

TEST_F(MessageTest, what_is_written_is_read) {
  const Message written = sample();
  const auto read = read_message(write_message(written, cluster), cluster);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->message.carrier, Message::Carrier::answer);
  EXPECT_EQ(read->message.instance, written.instance);
  EXPECT_EQ(read->message.nonce, written.nonce);
  EXPECT_EQ(read->message.after, 7U);
  EXPECT_EQ(read->message.to, 12U);
  EXPECT_EQ(read->message.head, 40U);
  EXPECT_EQ(read->message.held, milliseconds(249));
  EXPECT_EQ(read->message.confirmed_age, milliseconds(20));
  EXPECT_EQ(read->message.wall, written.wall);
  EXPECT_EQ(read->message.bundle_version, written.bundle_version);
  EXPECT_EQ(read->message.bundle, "[]");
  ASSERT_EQ(read->rows.size(), 4U);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(read->rows[i].kind, rows()[i].kind);
    EXPECT_EQ(read->rows[i].key, rows()[i].key);
    EXPECT_EQ(read->rows[i].min_epoch, rows()[i].min_epoch);
    EXPECT_EQ(read->rows[i].until, rows()[i].until);
  }
}

TEST_F(MessageTest, a_node_that_was_never_sure_of_its_database_says_so) {
  Message message = sample();
  message.confirmed_age.reset();
  message.bundle.clear();
  const auto read = read_message(write_message(message, cluster), cluster);
  ASSERT_TRUE(read);
  EXPECT_FALSE(read->message.confirmed_age);
  EXPECT_TRUE(read->message.bundle.empty());
}

TEST_F(MessageTest, a_message_that_is_changed_in_any_byte_is_refused) {
  const std::string good = write_message(sample(), cluster);
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ 1);
    EXPECT_EQ(verdict(bad), "forged") << i;
  }
}

TEST_F(MessageTest, a_message_that_is_cut_anywhere_is_refused) {
  const std::string good = write_message(sample(), cluster);
  for (std::size_t size = 0; size < good.size(); ++size) EXPECT_NE(verdict(good.substr(0, size)), "read") << size;
  EXPECT_NE(verdict(good + '\0'), "read");
  EXPECT_EQ(verdict(std::string(Message::kMaxBytes + 1, 'x')), "cut");
}

TEST_F(MessageTest, a_message_of_another_installation_is_refused) {
  const ClusterKeys other(test::cluster_secret('d'));
  EXPECT_EQ(verdict(write_message(sample(), other)), "forged");
}

TEST_F(MessageTest, what_contradicts_itself_is_refused_though_it_is_signed) {
  const auto with = [this](auto change) {
    Message message = sample();
    change(message);
    return verdict(write_message(message, cluster));
  };
  EXPECT_EQ(with([](Message&) {}), "read");
  EXPECT_EQ(with([](Message& m) { m.after = 13; }), "malformed") << "ends before it begins";
  EXPECT_EQ(with([](Message& m) { m.head = 11; }), "malformed") << "ends behind the journal's end";
  EXPECT_EQ(with([](Message& m) { m.to = 10; }), "malformed") << "four rows in three positions";
  EXPECT_EQ(with([](Message& m) { m.row_count = 3; }), "malformed") << "a row too many";
  EXPECT_EQ(with([](Message& m) { m.row_count = 5; }), "malformed") << "a row too few";
  EXPECT_EQ(with([](Message& m) { m.instance = InstanceId(); }), "malformed");
  EXPECT_EQ(with([](Message& m) { m.carrier = Message::Carrier{3}; }), "malformed");
  EXPECT_EQ(with([](Message& m) { m.held = milliseconds(-1); }), "malformed");
  EXPECT_EQ(with([](Message& m) { m.confirmed_age = milliseconds(-2); }), "malformed");
  EXPECT_EQ(with([](Message& m) { m.wall = base::from_unix_ms(-1); }), "malformed");
  EXPECT_EQ(with([](Message& m) { m.rows[0] = 9; }), "malformed") << "a kind that there is not";
  EXPECT_EQ(with([](Message& m) { m.rows[1] = 15; }), "malformed") << "an id of fifteen bytes";
}

TEST_F(MessageTest, claims_of_size_are_not_believed) {
  const std::string good = write_message(sample(), cluster);
  std::string body = good.substr(0, good.size() - ClusterKeys::kMacBytes);
  ASSERT_EQ(verdict_on_signed(body), "read");
  std::string many_rows = body;
  many_rows.replace(113, 4, "\xff\xff\xff\xff");
  EXPECT_EQ(verdict_on_signed(many_rows), "malformed");
  std::string many_keys = body;
  many_keys.replace(109, 4, std::string("\0\0\xff\xff", 4));
  EXPECT_EQ(verdict_on_signed(many_keys), "cut");
  std::string other_version = body;
  other_version[3] = 2;
  EXPECT_EQ(verdict_on_signed(other_version), "malformed");
}

TEST(FeedRows, a_long_key_is_cut_where_no_gate_looks) {
  std::string bytes;
  append_row(bytes, {.kind = Kind::token, .key = std::string(10'000, 'j'), .until = {}});
  EXPECT_EQ(bytes.size(), kMaxRowBytes);
  const auto rows = read_rows(bytes, 1);
  ASSERT_TRUE(rows);
  EXPECT_EQ(rows->front().key, std::string(kMaxKeyBytes, 'j'));
}

TEST(FeedAsk, a_question_has_one_spelling) {
  gatehouse::test::FakeRandom random;
  const Ask ask{.instance = InstanceId(base::Uuid::random(random)),
                .after = 18'446'744'073'709'551'615U,
                .bundle = BundleVersion(base::Uuid::random(random)),
                .wait = milliseconds(250),
                .nonce = Nonce(base::Uuid::random(random))};
  const std::string query = ask.to_query();
  const auto read = Ask::from_query(query);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->to_query(), query);
  EXPECT_EQ(read->instance, ask.instance);
  EXPECT_EQ(read->after, ask.after);
  for (std::size_t size = 0; size < query.size(); ++size) EXPECT_FALSE(Ask::from_query(query.substr(0, size))) << size;
  const auto changed = [&](const std::string& from, const std::string& to) {
    std::string bad = query;
    bad.replace(bad.find(from), from.size(), to);
    return Ask::from_query(bad).has_value();
  };
  EXPECT_FALSE(changed("wait_ms=250", "wait_ms=251"));
  EXPECT_FALSE(changed("wait_ms=250", "wait_ms=0250"));
  EXPECT_FALSE(changed("wait_ms=250", "wait_ms=+250"));
  EXPECT_FALSE(changed("wait_ms=250", "wait_ms="));
  EXPECT_FALSE(changed("after=18446744073709551615", "after=18446744073709551616"));
  EXPECT_FALSE(changed("after=", "after=-"));
  EXPECT_FALSE(Ask::from_query(query + "&"));
  EXPECT_FALSE(Ask::from_query("x=1&" + query));
}

TEST(ClusterKeysTest, only_a_question_signed_with_our_secret_is_authorised) {
  const ClusterKeys ours(test::cluster_secret());
  const ClusterKeys theirs(test::cluster_secret('d'));
  const auto header = ours.authorization("after=1");
  EXPECT_TRUE(ours.authorises("after=1", header));
  EXPECT_FALSE(ours.authorises("after=2", header));
  EXPECT_FALSE(theirs.authorises("after=1", header));
  EXPECT_FALSE(ours.authorises("after=1", ""));
  EXPECT_FALSE(ours.authorises("after=1", header.substr(0, header.size() - 1)));
  EXPECT_DEATH(ClusterKeys(base::Secret(std::string(31, 'c'))), "");
}

}  // namespace
}  // namespace gatehouse::feed
