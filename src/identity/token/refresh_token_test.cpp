#include "identity/token/refresh_token.hpp"

#include <gtest/gtest.h>

#include <string>

#include "crypto/mac.hpp"
#include "platform/base/encoding.hpp"
#include "tests/support/fake_random.hpp"

namespace gatehouse::identity {
namespace {

class RefreshTokens : public ::testing::Test {
 protected:
  test::FakeRandom random_;
  contract::SessionId session_{base::Uuid::random(random_)};
  RefreshTokenCodec codec_{base::Secret(std::string(32, 'k'))};
};

TEST_F(RefreshTokens, says_again_what_it_was_made_of) {
  for (const std::uint64_t counter : {0ULL, 1ULL, 255ULL, 0x7fffffffffffffffULL}) {
    const auto text = codec_.encode({session_, counter});
    EXPECT_TRUE(text.expose().starts_with("ghr_"));
    EXPECT_EQ(text.size(), 58U);
    const auto token = codec_.decode(text.expose());
    ASSERT_TRUE(token);
    EXPECT_EQ(token->session, session_);
    EXPECT_EQ(token->counter, counter);
  }
}

TEST_F(RefreshTokens, R03_successor_is_the_same_bytes_however_often_it_is_made) {
  RefreshTokenCodec after_restart{base::Secret(std::string(32, 'k'))};
  EXPECT_EQ(codec_.encode({session_, 7}), after_restart.encode({session_, 7}));
}

TEST_F(RefreshTokens, refuses_every_single_character_changed) {
  const std::string text(codec_.encode({session_, 3}).expose());
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string forged = text;
    forged[i] = forged[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(codec_.decode(forged)) << i;
  }
}

TEST_F(RefreshTokens, refuses_a_token_made_with_another_key) {
  RefreshTokenCodec other{base::Secret(std::string(32, 'x'))};
  EXPECT_FALSE(codec_.decode(other.encode({session_, 3}).expose()));
}

TEST_F(RefreshTokens, refuses_a_counter_moved_on_under_an_old_mac) {
  const auto body = base::base64url_decode(codec_.encode({session_, 3}).expose().substr(4)).value();
  const std::string forged = body.substr(0, 16) + base::encode_u64(4) + body.substr(24);
  EXPECT_FALSE(codec_.decode("ghr_" + base::base64url_encode(forged)));
}

TEST_F(RefreshTokens, refuses_a_mac_that_is_cut_shorter_or_longer_than_ours) {
  const auto body = base::base64url_decode(codec_.encode({session_, 3}).expose().substr(4)).value();
  const std::string mac = crypto::hmac_sha256(base::Secret(std::string(32, 'k')), body.substr(0, 24));
  for (const std::size_t length : {0U, 1U, 15U, 17U, 32U}) {
    EXPECT_FALSE(codec_.decode("ghr_" + base::base64url_encode(body.substr(0, 24) + mac.substr(0, length)))) << length;
  }
}

TEST_F(RefreshTokens, refuses_every_other_spelling_of_the_same_bytes) {
  const std::string text(codec_.encode({session_, 3}).expose());
  // 40 bytes leave two unused bits in the last character: three more spellings of it would decode to the same bytes.
  std::string unused_bits = text;
  static constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  unused_bits.back() = kAlphabet[kAlphabet.find(text.back()) + 1];
  for (const std::string& other : {unused_bits, text + "=", text + "==", " " + text, text + " ", text + "\n",
                                   "GHR_" + text.substr(4), text.substr(4), std::string(), std::string("ghr_")}) {
    EXPECT_FALSE(codec_.decode(other)) << other;
  }
}

}  // namespace
}  // namespace gatehouse::identity
