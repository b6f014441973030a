#include "gate/token_cache.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace gatehouse::gate {
namespace {

std::unique_ptr<CachedToken> entry(std::string token) {
  auto made = std::make_unique<CachedToken>();
  made->token = std::move(token);
  return made;
}

TEST(TokenCache, finds_what_was_inserted_and_nothing_else) {
  TokenCache cache(16);
  EXPECT_EQ(cache.find("a"), nullptr);
  cache.insert(entry("a"));
  ASSERT_NE(cache.find("a"), nullptr);
  EXPECT_EQ(cache.find("b"), nullptr);
  EXPECT_EQ(cache.find(""), nullptr);
  cache.erase(*cache.find("a"));
  EXPECT_EQ(cache.find("a"), nullptr);
}

// The place is chosen by the signature alone: another header and payload over it must not pass for the token.
TEST(TokenCache, T12_the_same_signature_under_other_claims_is_another_token) {
  const std::string signature(86, 's');
  TokenCache cache(16);
  cache.insert(entry("header.payload." + signature));
  EXPECT_EQ(cache.find("header.forgery." + signature), nullptr);
  EXPECT_EQ(cache.find("." + signature), nullptr);
  EXPECT_EQ(cache.find(signature), nullptr);
}

TEST(TokenCache, the_one_not_used_for_longest_gives_its_place) {
  TokenCache cache(4);  // one set of four
  for (const char* token : {"a", "b", "c", "d"}) cache.insert(entry(token));
  ASSERT_NE(cache.find("a"), nullptr);  // now "b" is the oldest
  cache.insert(entry("e"));
  EXPECT_EQ(cache.find("b"), nullptr);
  for (const char* token : {"a", "c", "d", "e"}) EXPECT_NE(cache.find(token), nullptr) << token;
}

TEST(TokenCache, never_holds_more_than_its_size) {
  TokenCache cache(64);
  for (int i = 0; i < 10'000; ++i) cache.insert(entry(std::to_string(i)));
  int held = 0;
  for (int i = 0; i < 10'000; ++i) held += cache.find(std::to_string(i)) != nullptr ? 1 : 0;
  EXPECT_LE(held, 64);
  EXPECT_NE(cache.find("9999"), nullptr);
}

TEST(TokenCache, forgets_by_what_is_said) {
  TokenCache cache(64);
  for (const char* token : {"a1", "a2", "b1"}) cache.insert(entry(token));
  cache.erase_if([](const CachedToken& held) { return held.token.starts_with("a"); });
  EXPECT_EQ(cache.find("a1"), nullptr);
  EXPECT_EQ(cache.find("a2"), nullptr);
  EXPECT_NE(cache.find("b1"), nullptr);
}

}  // namespace
}  // namespace gatehouse::gate
