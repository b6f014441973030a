#include "identity/account/new_device_notice.hpp"

#include <gtest/gtest.h>

#include "identity/account/identity_fixture.hpp"

namespace gatehouse::identity {
namespace {

class NewDeviceNoticeTest : public ::testing::Test {
 protected:
  IdentityStack stack_;
  // Signs in from there; the notices that come of it.
  std::vector<MailJob> from(const char* address, const char* username = "alice") {
    (void)stack_.mails();
    EXPECT_TRUE(stack_.sign_in_as(username, IdentityStack::kPassword, address));
    return stack_.mails();
  }
};

TEST_F(NewDeviceNoticeTest, tells_the_owner_once_of_each_new_place_but_the_first) {
  const auto alice = stack_.register_account("alice");
  EXPECT_TRUE(from("192.0.2.7").empty());
  EXPECT_TRUE(from("192.0.2.8").empty()) << "the same network";
  const auto told = from("198.51.100.7");
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told.front().kind, MailKind::new_device);
  EXPECT_EQ(told.front().account, alice.id);
  EXPECT_FALSE(told.front().reference.is_nil());
  EXPECT_TRUE(from("198.51.100.7").empty());
}

TEST_F(NewDeviceNoticeTest, an_address_that_nobody_has_proven_gets_none) {
  stack_.register_unproven("alice", "typo@example.org");
  EXPECT_TRUE(from("192.0.2.7").empty());
  EXPECT_TRUE(from("198.51.100.7").empty());
}

TEST_F(NewDeviceNoticeTest, a_device_that_proved_an_earlier_sign_in_is_no_news) {
  const auto alice = stack_.register_account("alice");
  const auto start = [&](const char* address, bool known) {
    (void)stack_.mails();
    EXPECT_TRUE(test::run_on_loop(
        stack_.sessions.start(alice.id, {.address = address, .agent = "agent", .known_device = known}, {"pwd"})));
    return stack_.mails().size();
  };
  EXPECT_EQ(start("192.0.2.7", false), 0U);
  EXPECT_EQ(start("198.51.100.7", true), 0U);
  EXPECT_EQ(start("203.0.113.7", false), 1U);
}

}  // namespace
}  // namespace gatehouse::identity
