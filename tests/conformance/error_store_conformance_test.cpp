#include <gtest/gtest.h>

#include "platform/audit/error_book.hpp"
#include "tests/conformance/on_every_database.hpp"

namespace gatehouse::audit {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::hours kKept{24 * 30};

class ErrorStoreConformance : public test::OnEveryDatabase {
 protected:
  ErrorReport report(char digit, std::string detail = "storage_away") {
    return {.error_id = std::string(32, digit),
            .at = clock_.now(),
            .status = 503,
            .route = "/v1/login",
            .kind = "unavailable",
            .detail = std::move(detail)};
  }
  void insert(const ErrorReport& report) {
    database().write_blocking([&](db::Transaction& tx) { store_.insert(tx, report); });
  }
  std::vector<ErrorReport> find(char digit) {
    return database().read_blocking([&](db::Transaction& tx) { return store_.find(tx, std::string(32, digit)); });
  }
  void sweep() {
    database().write_blocking([&](db::Transaction& tx) { store_.sweep(tx, clock_.now() - kKept); });
  }

  base::FakeClock clock_;
  ErrorStore store_;
};
GATEHOUSE_ON_EVERY_DATABASE(ErrorStoreConformance);

TEST_P(ErrorStoreConformance, finds_what_was_reported_newest_first) {
  insert(report('a', "first"));
  insert(report('b'));
  insert(report('a', "second"));
  const auto found = find('a');
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].detail, "second");
  EXPECT_EQ(found[1].detail, "first");
  EXPECT_EQ(found[0].status, 503);
  EXPECT_EQ(found[0].route, "/v1/login");
  EXPECT_EQ(found[0].at, clock_.now());
  EXPECT_TRUE(find('c').empty());
}

TEST_P(ErrorStoreConformance, L01_a_detail_stays_on_its_line) {
  insert(report('a', "x\r\ny\x1b[31m" + std::string(100'000, 'z')));
  const auto found = find('a');
  ASSERT_EQ(found.size(), 1U);
  EXPECT_LT(found[0].detail.size(), 400U);
  for (const char c : found[0].detail) EXPECT_GE(static_cast<unsigned char>(c), 0x20);
}

TEST_P(ErrorStoreConformance, keeps_the_newest_for_a_while) {
  insert(report('a'));
  clock_.advance(kKept);
  sweep();
  EXPECT_EQ(find('a').size(), 1U);
  clock_.advance(1ms);
  sweep();
  EXPECT_TRUE(find('a').empty());
  insert(report('b'));
  database().write_blocking([&](db::Transaction& tx) {
    for (std::int64_t i = 0; i < ErrorStore::kMostKept; ++i) store_.insert(tx, report('c'));
  });
  sweep();
  EXPECT_TRUE(find('b').empty());
}

TEST(ErrorBook, is_bounded_and_keeps_what_could_not_be_written) {
  ErrorBook book;
  for (std::size_t i = 0; i < ErrorBook::kMostWaiting + 3; ++i) book.report({.error_id = std::to_string(i)});
  EXPECT_EQ(book.dropped(), 3U);
  auto taken = book.take();
  EXPECT_EQ(taken.size(), ErrorBook::kMostWaiting);
  EXPECT_TRUE(book.take().empty());
  book.report({.error_id = "later"});
  book.put_back(std::move(taken));
  EXPECT_EQ(book.dropped(), 4U);
  EXPECT_EQ(book.take().front().error_id, "0");
}

}  // namespace
}  // namespace gatehouse::audit
