#include "identity/mail/mail_job.hpp"

#include <gtest/gtest.h>

#include "identity/mail/mail_time.hpp"
#include "tests/support/fake_random.hpp"

namespace gatehouse::identity {
namespace {

class MailJobTest : public ::testing::Test {
 protected:
  test::FakeRandom random_;
  MailJob job_{.kind = MailKind::factor_changed,
               .account = contract::AccountId(base::Uuid::random(random_)),
               .reference = base::Uuid::random(random_)};
};

TEST_F(MailJobTest, is_read_as_it_was_written_with_each_event) {
  for (std::size_t i = 0; i < kMailEvents; ++i) {
    job_.event = static_cast<MailEvent>(i);
    EXPECT_EQ(MailJob::read(to_string(job_.kind), job_.payload()), job_) << to_string(job_.event);
  }
}

// During an upgrade both versions send what either has queued.
TEST_F(MailJobTest, what_another_version_queued_is_read_without_its_event) {
  const std::string ids =
      R"({"account":")" + job_.account.to_string() + R"(","reference":")" + job_.reference.to_string() + '"';
  for (const char* rest : {"}", R"(,"event":"of a later version"})", R"(,"event":7})"}) {
    EXPECT_EQ(MailJob::read("factor_changed", ids + rest), job_) << rest;
  }
  EXPECT_EQ(job_.payload(), ids + "}");
}

TEST_F(MailJobTest, what_is_no_job_is_not_read) {
  EXPECT_FALSE(MailJob::read("no_such_kind", job_.payload()));
  EXPECT_FALSE(MailJob::read("factor_changed", "{}"));
  EXPECT_FALSE(MailJob::read("factor_changed", "[]"));
}

TEST(MailTime, is_written_the_same_in_each_language) {
  const auto time = base::from_unix_ms(1'795'340'999'000);
  EXPECT_EQ(mail_time(time), "2026-11-22 09:49 UTC");
  EXPECT_EQ(mail_date(time), "2026-11-22");
}

}  // namespace
}  // namespace gatehouse::identity
