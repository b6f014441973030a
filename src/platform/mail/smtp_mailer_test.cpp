#include "platform/mail/smtp_mailer.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "tests/support/fake_random.hpp"
#include "tests/support/free_port.hpp"
#include "tests/support/smtp_server.hpp"

namespace gatehouse::mail {
namespace {

using namespace std::chrono_literals;
using Tls = test::SmtpServer::Tls;

class SmtpMailerTest : public ::testing::Test {
 protected:
  std::unique_ptr<SmtpMailer> mailer(const std::string& url, SmtpOptions options = {}) {
    options.url = base::Secret(std::string_view(url));
    return std::make_unique<SmtpMailer>(std::move(options), clock_, random_);
  }
  static Message to(const std::string& address) {
    return {.id = "0198",
            .from = {.address = "no-reply@app.example", .name = "Gatehouse"},
            .to = {.address = address},
            .subject = "Grüße",
            .text = "Hello\n.\nhttps://app.example/reset#token=abc\n",
            .html = "<p>Hello</p>"};
  }

  base::FakeClock clock_;
  test::FakeRandom random_;
};

TEST_F(SmtpMailerTest, sends_over_starttls_with_name_and_password) {
  test::SmtpServer server(Tls::starttls, "gatehouse:s3cret");
  const auto sender = mailer(server.url("gatehouse:s3cret@"), {.ca_file = server.ca_file()});
  ASSERT_EQ(sender->send(to("alice@example.org")), Delivery::accepted);
  ASSERT_EQ(sender->send(to("bob@example.org")), Delivery::accepted);  // the same connection
  EXPECT_EQ(server.taken(), 2U);
  EXPECT_NE(server.printed().find("taken 1 no-reply@app.example alice@example.org tls=True"), std::string::npos);
  EXPECT_NE(server.last().find("https://app.example/reset#token=abc\r\n"), std::string::npos);
  EXPECT_NE(server.last().find("\r\n.\r\n"), std::string::npos);  // a lone dot ends nothing
}

TEST_F(SmtpMailerTest, sends_over_implicit_tls) {
  test::SmtpServer server(Tls::implicit);
  EXPECT_EQ(mailer(server.url(), {.ca_file = server.ca_file()})->send(to("alice@example.org")), Delivery::accepted);
}

TEST_F(SmtpMailerTest, says_nothing_to_a_server_without_tls_unless_told_to) {
  test::SmtpServer server(Tls::none);
  EXPECT_EQ(mailer(server.url())->send(to("alice@example.org")), Delivery::unreachable);
  EXPECT_EQ(server.taken(), 0U);
  EXPECT_EQ(mailer(server.url(), {.allow_plaintext = true})->send(to("alice@example.org")), Delivery::accepted);
}

TEST_F(SmtpMailerTest, says_nothing_to_a_server_nobody_vouches_for) {
  test::SmtpServer server(Tls::starttls);
  EXPECT_EQ(mailer(server.url())->send(to("alice@example.org")), Delivery::unreachable);
  EXPECT_EQ(server.taken(), 0U);
}

TEST_F(SmtpMailerTest, a_wrong_password_is_nobodys_refusal) {
  test::SmtpServer server(Tls::starttls, "gatehouse:s3cret");
  const auto sender = mailer(server.url("gatehouse:wrong@"), {.ca_file = server.ca_file()});
  EXPECT_EQ(sender->send(to("alice@example.org")), Delivery::unreachable);
}

TEST_F(SmtpMailerTest, tells_now_not_from_never) {
  test::SmtpServer server;
  const auto sender = mailer(server.url(), {.allow_plaintext = true});
  EXPECT_EQ(sender->send(to("later@example.org")), Delivery::deferred);
  EXPECT_EQ(sender->send(to("unknown@example.org")), Delivery::refused);
  EXPECT_EQ(sender->send(to("content@example.org")), Delivery::refused);
  EXPECT_EQ(sender->send(to("dies@example.org")), Delivery::unreachable);
  EXPECT_EQ(sender->send(to("alice@example.org")), Delivery::accepted);
}

TEST_F(SmtpMailerTest, a_server_that_hangs_is_left_after_the_timeout) {
  test::SmtpServer server;
  const auto sender = mailer(server.url(), {.allow_plaintext = true, .timeout = 1s});
  EXPECT_EQ(sender->send(to("hangs@example.org")), Delivery::unreachable);
}

TEST_F(SmtpMailerTest, cancel_ends_what_is_under_way) {
  test::SmtpServer server;
  const auto sender = mailer(server.url(), {.allow_plaintext = true, .timeout = 60s});
  std::thread sending([&] { EXPECT_EQ(sender->send(to("hangs@example.org")), Delivery::cancelled); });
  sender->cancel();
  sending.join();
  EXPECT_EQ(sender->send(to("alice@example.org")), Delivery::cancelled);
}

TEST_F(SmtpMailerTest, a_server_that_is_gone_is_unreachable) {
  const auto sender = mailer("smtp://127.0.0.1:" + std::to_string(test::free_port()));
  EXPECT_EQ(sender->send(to("alice@example.org")), Delivery::unreachable);
}

TEST_F(SmtpMailerTest, X02_a_message_with_a_line_break_never_reaches_the_server) {
  test::SmtpServer server;
  const auto sender = mailer(server.url(), {.allow_plaintext = true});
  EXPECT_EQ(sender->send(to("alice@example.org>\r\nRCPT TO:<bob@example.org")), Delivery::malformed);
  EXPECT_EQ(sender->send(to("alice@example.org,bob@example.org")), Delivery::malformed);
  EXPECT_EQ(server.taken(), 0U);
}

TEST(SmtpUrl, is_a_scheme_and_a_host) {
  const auto good = [](const char* text) { return is_smtp_url(base::Secret(std::string_view(text))); };
  EXPECT_TRUE(good("smtp://mail.example"));
  EXPECT_TRUE(good("smtps://user:p%40ss@mail.example:465"));
  for (const char* bad : {"", "mail.example", "http://mail.example", "smtp://", "smtp://:25", "smtp://mail.example/x",
                          "smtp://mail.example?x", "smtp://mail example", "smtp://a@"}) {
    EXPECT_FALSE(good(bad)) << bad;
  }
}

}  // namespace
}  // namespace gatehouse::mail
