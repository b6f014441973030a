#include "identity/factor/ticket.hpp"

#include <gtest/gtest.h>

#include <string>

#include "identity/factor/otpauth.hpp"
#include "identity/factor/passkey.hpp"
#include "platform/base/unavailable.hpp"
#include "tests/support/fake_random.hpp"

namespace gatehouse::identity {
namespace {

using namespace std::chrono_literals;

class TicketTest : public ::testing::Test {
 protected:
  base::FakeClock clock_;
  test::FakeRandom random_;
  TicketCodec tickets_{base::Secret(std::string(32, 'k'))};
  TicketCodec::Made made_ = tickets_.make(TicketUse::passkey_second_step, "a sign-in", clock_.now() + 5min, random_);

  bool reads(TicketUse use, std::string_view bound_to, std::string_view bytes, base::TimePoint now) {
    return tickets_.read(use, bound_to, bytes, now).has_value();
  }
};

TEST_F(TicketTest, is_known_again_until_it_expires) {
  const auto read = tickets_.read(TicketUse::passkey_second_step, "a sign-in", made_.bytes, clock_.now());
  ASSERT_TRUE(read);
  EXPECT_EQ(read->id, made_.ticket.id);
  EXPECT_EQ(read->expires_at, clock_.now() + 5min);
  EXPECT_TRUE(reads(TicketUse::passkey_second_step, "a sign-in", made_.bytes, clock_.now() + 5min - 1ms));
  EXPECT_FALSE(reads(TicketUse::passkey_second_step, "a sign-in", made_.bytes, clock_.now() + 5min));
}

TEST_F(TicketTest, M07_is_of_no_use_for_anything_else) {
  for (const auto use : {TicketUse::second_step, TicketUse::passkey_sign_in, TicketUse::passkey_enrolment,
                         TicketUse::passkey_reauthenticate}) {
    EXPECT_FALSE(reads(use, "a sign-in", made_.bytes, clock_.now()));
  }
  for (const char* other : {"", "another", "a sign-in "}) {
    EXPECT_FALSE(reads(TicketUse::passkey_second_step, other, made_.bytes, clock_.now())) << other;
  }
}

TEST_F(TicketTest, no_bit_of_it_can_be_changed_and_no_byte_left_out) {
  for (std::size_t i = 0; i < made_.bytes.size(); ++i) {
    auto tampered = made_.bytes;
    tampered[i] = static_cast<char>(tampered[i] ^ 1);
    EXPECT_FALSE(reads(TicketUse::passkey_second_step, "a sign-in", tampered, clock_.now())) << i;
    EXPECT_FALSE(reads(TicketUse::passkey_second_step, "a sign-in", made_.bytes.substr(0, i), clock_.now())) << i;
  }
  EXPECT_FALSE(reads(TicketUse::passkey_second_step, "a sign-in", made_.bytes + "x", clock_.now()));
  const TicketCodec other(base::Secret(std::string(32, 'l')));
  EXPECT_FALSE(other.read(TicketUse::passkey_second_step, "a sign-in", made_.bytes, clock_.now()));
}

TEST_F(TicketTest, has_one_form_as_text) {
  const auto text = TicketCodec::to_text(made_.bytes);
  EXPECT_TRUE(text.expose().starts_with("ghl_"));
  EXPECT_EQ(TicketCodec::from_text(text.expose()), made_.bytes);
  const std::string plain(text.expose());
  for (const std::string& other : {plain.substr(1), "ghr_" + plain.substr(4), plain + "=", std::string(1'000, 'A')}) {
    EXPECT_NE(TicketCodec::from_text(other), made_.bytes);
  }
}

TEST(Otpauth, encodes_whatever_stands_in_the_names) {
  const base::Secret key(std::string_view("MFRGGZDFMZTWQ2LK"));
  EXPECT_EQ(otpauth_uri({.service = "Acme & Söhne", .account = "a:b"}, key).expose(),
            "otpauth://totp/Acme%20%26%20S%C3%B6hne:a%3Ab?secret=MFRGGZDFMZTWQ2LK&issuer=Acme%20%26%20S%C3%B6hne"
            "&algorithm=SHA1&digits=6&period=30");
}

TEST(Passkey, is_read_as_it_was_written) {
  const Passkey passkey{.credential_id = std::string("\0id\xff", 4),
                        .public_key = std::string("\xA5\x01", 2),
                        .transports = {"internal", "usb"},
                        .backup_eligible = true};
  const auto read = decode_passkey(base::Secret(encode_passkey(passkey)));
  EXPECT_EQ(read.credential_id, passkey.credential_id);
  EXPECT_EQ(read.public_key, passkey.public_key);
  EXPECT_EQ(read.transports, passkey.transports);
  EXPECT_TRUE(read.backup_eligible);
  for (const char* damaged : {"", "{}", "[]", R"({"id":"AA==","key":"AA","backup_eligible":true,"transports":[]})"}) {
    EXPECT_THROW((void)decode_passkey(base::Secret(std::string_view(damaged))), base::Unavailable) << damaged;
  }
}

}  // namespace
}  // namespace gatehouse::identity
