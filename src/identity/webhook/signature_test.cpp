#include "identity/webhook/signature.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "tests/support/fake_random.hpp"

namespace gatehouse::identity {
namespace {

std::vector<base::Secret> secrets(std::initializer_list<std::string_view> texts) {
  std::vector<base::Secret> out;
  for (const auto text : texts) out.emplace_back(text);
  return out;
}

// The example of the specification's reference libraries.
TEST(WebhookSignature, is_that_of_the_published_example) {
  const auto keys = secrets({"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"});
  EXPECT_EQ(webhook_signature(keys, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, R"({"test": 2432232314})"),
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

TEST(WebhookSignature, is_made_with_each_secret_while_one_is_replaced) {
  test::FakeRandom random;
  std::vector<base::Secret> both;
  both.push_back(new_webhook_secret(random));
  both.push_back(new_webhook_secret(random));
  const auto header = webhook_signature(both, "evt_1", 1, "{}");
  const auto space = header.find(' ');
  ASSERT_NE(space, std::string::npos);
  EXPECT_EQ(header.substr(0, space), webhook_signature(std::span(both).first(1), "evt_1", 1, "{}"));
  EXPECT_EQ(header.substr(space + 1), webhook_signature(std::span(both).last(1), "evt_1", 1, "{}"));
}

TEST(WebhookSignature, covers_id_time_and_body) {
  const auto keys = secrets({"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"});
  const auto signature = webhook_signature(keys, "evt_1", 1, "{}");
  EXPECT_NE(signature, webhook_signature(keys, "evt_2", 1, "{}"));
  EXPECT_NE(signature, webhook_signature(keys, "evt_1", 2, "{}"));
  EXPECT_NE(signature, webhook_signature(keys, "evt_1", 1, "{ }"));
}

TEST(WebhookSignature, secrets_have_the_published_form) {
  test::FakeRandom random;
  const auto secret = new_webhook_secret(random);
  EXPECT_TRUE(secret.expose().starts_with("whsec_"));
  const auto bytes = base64_decode(secret.expose().substr(6));
  ASSERT_TRUE(bytes);
  EXPECT_EQ(bytes->size(), 32U);
  EXPECT_FALSE(secret == new_webhook_secret(random));
}

}  // namespace
}  // namespace gatehouse::identity
