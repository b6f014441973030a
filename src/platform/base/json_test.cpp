#include "platform/base/json.hpp"

#include <gtest/gtest.h>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <string>

namespace gatehouse::base {
namespace {

std::string parsed(std::string_view text, const JsonLimits& limits = {}) {
  const auto value = parse_json(text, limits);
  return value ? boost::json::serialize(*value) : to_string(value.error());
}

JsonError error_of(std::string_view text, const JsonLimits& limits = {}) {
  const auto value = parse_json(text, limits);
  EXPECT_FALSE(value) << text.substr(0, 80);
  return value ? JsonError{-1} : value.error();
}

std::string repeated(std::string_view piece, std::size_t times) {
  std::string text;
  for (std::size_t i = 0; i < times; ++i) text += piece;
  return text;
}

TEST(Json, reads_every_kind_of_value) {
  EXPECT_EQ(parsed(R"({"a":[1,-2,true,false,null,"x",{"b":{}}]})"), R"({"a":[1,-2,true,false,null,"x",{"b":{}}]})");
  EXPECT_EQ(parsed(" \t\r\n[] \r\n"), "[]");
  EXPECT_EQ(parsed(R"("caf\u00e9 \ud83d\ude00")"), "\"caf\xc3\xa9 \xf0\x9f\x98\x80\"");
  EXPECT_EQ(parsed("18446744073709551615"), "18446744073709551615");
  EXPECT_EQ(parsed("-9223372036854775808"), "-9223372036854775808");
}

// T11: one parser reads the first, the next one the last; whoever sits between them is an admin.
TEST(Json, T11_refuses_duplicate_members) {
  EXPECT_EQ(error_of(R"({"sub":"a","sub":"admin"})"), JsonError::duplicate_member);
  EXPECT_EQ(error_of(R"({"a":{"b":1,"c":2,"b":3}})"), JsonError::duplicate_member);
  EXPECT_EQ(error_of(R"([{"":1,"":2}])"), JsonError::duplicate_member);
  EXPECT_EQ(error_of(R"({"a":1,"b":{"a":2},"a":3})"), JsonError::duplicate_member);
}

TEST(Json, T11_sees_a_duplicate_behind_escapes) {
  EXPECT_EQ(error_of(R"({"sub":"a","\u0073ub":"admin"})"), JsonError::duplicate_member);
  EXPECT_EQ(error_of(R"({"a\/b":1,"a/b":2})"), JsonError::duplicate_member);
  EXPECT_EQ(error_of(R"({"a\u0000":1,"a\u0000":2})"), JsonError::duplicate_member);
}

TEST(Json, T11_the_same_name_in_two_objects_is_no_duplicate) {
  EXPECT_EQ(parsed(R"([{"a":1},{"a":{"a":2}}])"), R"([{"a":1},{"a":{"a":2}}])");
  EXPECT_EQ(parsed(R"({"a\u0000":1,"a":2})"), R"({"a\u0000":1,"a":2})");
  EXPECT_EQ(parsed(R"({"A":1,"a":2})"), R"({"A":1,"a":2})");
}

TEST(Json, refuses_what_rfc_8259_does_not_have) {
  for (const char* text : {"",
                           " ",
                           "{",
                           "[",
                           "[1,]",
                           "{\"a\":1,}",
                           "{a:1}",
                           "{'a':1}",
                           "[1 2]",
                           "// x\n1",
                           "/* x */1",
                           "[1]//",
                           "NaN",
                           "Infinity",
                           "-Infinity",
                           "+1",
                           "01",
                           "-",
                           "1.",
                           ".5",
                           "1e",
                           "0x10",
                           "True",
                           "nul",
                           "\"",
                           "\"\t\"",
                           "\"\\x41\"",
                           "\"\\u12\"",
                           "\"\n\"",
                           "{\"a\"}",
                           "{\"a\":}",
                           "{:1}",
                           "{1:1}",
                           "]",
                           "}",
                           "[}",
                           "\xEF\xBB\xBF{}",
                           "1 1",
                           "{}{}",
                           "[]x",
                           "{} \x01"}) {
    EXPECT_EQ(error_of(text), JsonError::malformed) << text;
  }
  EXPECT_EQ(error_of(std::string_view("{}\0", 3)), JsonError::malformed);
}

TEST(Json, refuses_bytes_that_are_not_utf8) {
  for (const char* text : {"\"\xff\"", "\"\xc0\xaf\"", "\"\xe0\x80\xaf\"", "\"\xed\xa0\x80\"", "\"\xf4\x90\x80\x80\"",
                           "\"\xe2\x82\"", "{\"\x80\":1}", "\"\xf8\x88\x80\x80\x80\""}) {
    EXPECT_EQ(error_of(text), JsonError::malformed) << text;
  }
}

TEST(Json, refuses_half_a_surrogate_pair) {
  for (const char* text : {R"("\ud800")", R"("\udc00")", R"("\ud800\u0041")", R"("\ud800x")", R"("\udc00\ud800")"}) {
    EXPECT_EQ(error_of(text), JsonError::malformed) << text;
  }
}

// T07: a number no double holds would become "infinite": a token that never expires.
TEST(Json, T07_refuses_numbers_that_no_double_holds) {
  for (const char* text : {"1e400", "-1e400", "[1e309]", "{\"exp\":1e400}", "1e99999999999", "1.8e308"}) {
    EXPECT_EQ(error_of(text), JsonError::malformed) << text;
  }
  EXPECT_TRUE(parse_json("1e308"));
  EXPECT_EQ(error_of("1" + std::string(400, '0')), JsonError::malformed);
}

TEST(Json, depth_is_bounded_exactly) {
  const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  EXPECT_TRUE(parse_json(nested(5), {.depth = 5}));
  EXPECT_EQ(error_of(nested(6), {.depth = 5}), JsonError::too_deep);
  EXPECT_EQ(error_of(repeated("{\"a\":", 6) + "1" + std::string(6, '}'), {.depth = 5}), JsonError::too_deep);
  EXPECT_TRUE(parse_json(nested(32)));
  EXPECT_EQ(error_of(nested(33)), JsonError::too_deep);
}

// H06: the depth ends it after 33 of them, whatever is behind.
TEST(Json, H06_refuses_a_hundred_thousand_nested_arrays) {
  EXPECT_EQ(error_of(std::string(100'000, '[')), JsonError::too_deep);
  EXPECT_EQ(error_of(repeated("[{\"\":", 100'000)), JsonError::too_deep);
}

TEST(Json, takes_exactly_as_many_members_as_it_says) {
  const JsonLimits three{.depth = 32, .members = 3};
  for (const char* fits : {R"({"a":1,"b":[],"c":{}})", "[1,{},[]]", R"({"a":[1,2]})", R"({"a":{"b":{"c":0}}})"}) {
    EXPECT_TRUE(parse_json(fits, three)) << fits;
  }
  for (const char* does_not : {R"({"a":1,"b":2,"c":3,"d":4})", "[1,2,3,4]", R"({"a":[1,2,3]})", "[[[[]]],0]"}) {
    EXPECT_EQ(error_of(does_not, three), JsonError::too_many_members) << does_not;
  }
}

TEST(Json, H06_counts_members_of_every_kind) {
  const JsonLimits few{.depth = 32, .members = 10};
  for (const char* element : {"[]", "{}", "1", "-1", "18446744073709551615", "1.5", "true", "null", "\"\"", "[[]]"}) {
    EXPECT_EQ(error_of("[" + repeated(std::string(element) + ",", 30) + element + "]", few),
              JsonError::too_many_members)
        << element;
  }
  std::string object = "{\"k\":0";
  for (int i = 0; i < 30; ++i) object += ",\"k" + std::to_string(i) + "\":" + std::to_string(i);
  EXPECT_EQ(error_of(object + "}", few), JsonError::too_many_members);
}

// H06: linear because it stops: what comes after the bound is not even read, so it may be anything.
TEST(Json, H06_stops_reading_at_the_bound) {
  const std::string many = "[" + repeated("1,", 5'000);
  EXPECT_EQ(error_of(many + "\xff this is not JSON"), JsonError::too_many_members);
  std::string keys = "{";
  for (int i = 0; i < 50'000; ++i) keys += "\"" + std::to_string(i) + "\":0,";
  EXPECT_EQ(error_of(keys + "\xff"), JsonError::too_many_members);
}

TEST(Json, H06_an_object_at_the_bound_is_still_read) {
  std::string object = "{\"k\":0";
  for (int i = 1; i < 999; ++i) object += ",\"k" + std::to_string(i) + "\":0";
  EXPECT_TRUE(parse_json(object + "}"));
}

TEST(Json, every_error_has_a_text_of_its_own) {
  EXPECT_STREQ(to_string(JsonError::malformed), "is not valid JSON");
  EXPECT_STRNE(to_string(JsonError::duplicate_member), to_string(JsonError::malformed));
  EXPECT_STRNE(to_string(JsonError::too_deep), to_string(JsonError::too_many_members));
}

}  // namespace
}  // namespace gatehouse::base
