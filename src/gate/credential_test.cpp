#include "gate/credential.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace gatehouse::gate {
namespace {

std::string token(const std::vector<http::Header>& headers) {
  const auto request = std::make_unique<http::Request>();
  for (const auto& header : headers) request->headers[request->header_count++] = header;
  const auto found = extract_token(*request);
  return found ? "=" + std::string(*found) : kReasonNames[static_cast<std::size_t>(found.error())];
}

TEST(Credential, takes_a_bearer_token_or_the_access_cookie) {
  EXPECT_EQ(token({{"Authorization", "Bearer a.b.c"}}), "=a.b.c");
  EXPECT_EQ(token({{"authorization", "bEaReR   a.b.c  "}}), "=a.b.c");
  EXPECT_EQ(token({{"Cookie", "x=y; __Host-gatehouse_access=a.b.c"}}), "=a.b.c");
  EXPECT_EQ(token({{"Authorization", "Bearer t"}, {"Cookie", "x=y"}}), "=t");
}

TEST(Credential, neither_is_none) {
  EXPECT_EQ(token({}), "no_credential");
  EXPECT_EQ(token({{"Cookie", "x=y"}}), "no_credential");
  for (const char* other : {"Basic dTpw", "", "Bearertoken", "Token t", "Negotiate", " "}) {
    EXPECT_EQ(token({{"Authorization", other}}), "no_credential") << other;
  }
  EXPECT_EQ(token({{"Cookie", "gatehouse_access=t; __host-gatehouse_access=t; __Host-gatehouse_access2=t"}}),
            "no_credential");
}

TEST(Credential, an_empty_token_is_there_and_bad) {
  EXPECT_EQ(token({{"Authorization", "Bearer"}}), "=");
  EXPECT_EQ(token({{"Authorization", "Bearer "}}), "=");
  EXPECT_EQ(token({{"Cookie", "__Host-gatehouse_access="}}), "=");
}

// Which of two the service behind would act on can't be known.
TEST(Credential, both_or_one_twice_is_ambiguous) {
  const http::Header bearer{"Authorization", "Bearer t"};
  const http::Header cookie{"Cookie", "__Host-gatehouse_access=t"};
  EXPECT_EQ(token({bearer, cookie}), "ambiguous");
  EXPECT_EQ(token({cookie, bearer}), "ambiguous");
  EXPECT_EQ(token({bearer, bearer}), "ambiguous");
  EXPECT_EQ(token({{"Authorization", "Basic x"}, bearer}), "ambiguous");
  EXPECT_EQ(token({bearer, {"AUTHORIZATION", ""}}), "ambiguous");
  EXPECT_EQ(token({cookie, cookie}), "ambiguous");
  EXPECT_EQ(token({{"Cookie", "__Host-gatehouse_access=a; __Host-gatehouse_access=b"}}), "ambiguous");
  EXPECT_EQ(token({{"Authorization", "Bearer"}, cookie}), "ambiguous") << "an empty one is one, too";
}

}  // namespace
}  // namespace gatehouse::gate
