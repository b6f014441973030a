#include "identity/session/client_info.hpp"

#include <gtest/gtest.h>

#include "tests/support/fake_random.hpp"

namespace gatehouse::identity {
namespace {

class ClientInfoTest : public ::testing::Test {
 protected:
  ClientInfo round_trip(const ClientInfo& client) {
    return open_client_info(key_, session_, seal_client_info(key_, session_, client, random_));
  }

  test::FakeRandom random_;
  crypto::SealingKey key_ = crypto::SealingKey::generate(random_);
  contract::SessionId session_{base::Uuid::random(random_)};
};

TEST_F(ClientInfoTest, opens_what_it_sealed) {
  const auto client = round_trip({.address = "2001:db8::1", .agent = "Browser/1.0 \"quoted\" \\"});
  EXPECT_EQ(client.address, "2001:db8::1");
  EXPECT_EQ(client.agent, "Browser/1.0 \"quoted\" \\");
}

TEST_F(ClientInfoTest, remembers_where_the_refresh_token_is_kept) {
  EXPECT_EQ(round_trip({.address = "", .agent = ""}).refresh_in, std::nullopt);
  for (const auto place : {TokenPlace::cookie, TokenPlace::body}) {
    EXPECT_EQ(round_trip({.address = "", .agent = "", .refresh_in = place}).refresh_in, place);
  }
}

TEST_F(ClientInfoTest, keeps_no_more_than_256_bytes_of_an_endless_agent) {
  EXPECT_EQ(round_trip({.address = "", .agent = std::string(100'000, 'a')}).agent, std::string(256, 'a'));
}

TEST_F(ClientInfoTest, makes_text_of_an_agent_of_bytes_controls_and_escapes) {
  EXPECT_EQ(round_trip({.address = "", .agent = "a\r\nb\x1b[31m\xff\xc3\xa9"}).agent, "a??b?[31m???");
}

TEST_F(ClientInfoTest, L02_sealed_bytes_show_neither_address_nor_agent) {
  const auto sealed = seal_client_info(key_, session_, {.address = "192.0.2.77", .agent = "Canary"}, random_);
  EXPECT_EQ(sealed.find("192.0.2.77"), std::string::npos);
  EXPECT_EQ(sealed.find("Canary"), std::string::npos);
}

TEST_F(ClientInfoTest, is_empty_when_the_key_is_gone_or_the_row_was_copied) {
  const auto sealed = seal_client_info(key_, session_, {.address = "192.0.2.77", .agent = "Browser"}, random_);
  EXPECT_EQ(open_client_info(crypto::SealingKey::generate(random_), session_, sealed).address, "");
  const contract::SessionId other(base::Uuid::random(random_));
  EXPECT_EQ(open_client_info(key_, other, sealed).address, "");
}

}  // namespace
}  // namespace gatehouse::identity
