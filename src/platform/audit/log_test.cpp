#include "platform/audit/log.hpp"

#include <gtest/gtest.h>

#include "platform/audit/event_types.hpp"
#include "platform/base/json.hpp"

namespace gatehouse::audit {
namespace {

TEST(AuditFields, are_a_json_object_in_the_order_given) {
  EXPECT_EQ(encode_fields({}), "{}");
  EXPECT_EQ(encode_fields({{"reason", "sign_out"}, {"count", "3"}}), R"({"reason":"sign_out","count":"3"})");
}

TEST(AuditFields, L01_what_would_break_a_line_or_a_record_is_escaped) {
  const std::string hostile = "a\r\n{\"seq\":1}\x1b[31m\",\"x\":\"\xe2\x80\xa8\xe2\x80\xae\xff\0z";
  const std::string json = encode_fields({{"agent", hostile}});
  for (const char c : json) EXPECT_GE(static_cast<unsigned char>(c), 0x20);
  const auto value = base::parse_json(json);
  ASSERT_TRUE(value);
  EXPECT_EQ(value->as_object().size(), 1U);
}

TEST(AuditFields, a_long_value_is_cut) {
  const std::string json = encode_fields({{"long", std::string(100'000, 'x')}});
  EXPECT_LT(json.size(), 2 * kMaxValueBytes);
  EXPECT_TRUE(base::parse_json(json));
}

TEST(AuditFieldsDeathTest, more_than_the_bound_is_a_broken_invariant) {
  const std::vector<Field> many(kMaxFields + 1, Field{"x", "y"});
  EXPECT_DEATH((void)encode_fields(many), "");
}

}  // namespace
}  // namespace gatehouse::audit
