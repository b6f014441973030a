#include "contract/permission.hpp"

#include <gtest/gtest.h>

#include <string>

namespace gatehouse::contract {
namespace {

Permission permission(std::string_view text) {
  const auto parsed = Permission::parse(text);
  EXPECT_TRUE(parsed) << text;
  return parsed.value_or(Permission{});
}

TEST(Permission, reads_resource_action_and_reach) {
  const auto own = permission("session:end:own");
  EXPECT_EQ(own.resource, "session");
  EXPECT_EQ(own.action, "end");
  EXPECT_EQ(own.reach, Permission::Reach::own);
  EXPECT_EQ(permission("session:end").reach, Permission::Reach::any);
  EXPECT_EQ(permission("session:end:any"), permission("session:end"));
  EXPECT_EQ(permission("a-b_9:c").resource, "a-b_9");
}

TEST(Permission, refuses_every_other_form) {
  for (const char* text :
       {"",        ":",     "a",        "a:",        ":a",   "a::own", "a:b:", "a:b:all", "a:b:own:own",
        "a:b:OWN", "A:b",   "a b:c",    "a:b c",     " a:b", "a:b ",   "**:a", "a*:b",    "a:*b",
        "a:b:*",   "a.b:c", "a:b:own ", "\xc3\xa4:b"}) {
    EXPECT_FALSE(Permission::parse(text)) << text;
  }
  EXPECT_FALSE(Permission::parse(std::string_view("a:b\0", 4)));
}

TEST(Permission, covers_no_more_than_it_says) {
  struct Row {
    const char* held;
    const char* wanted;
    bool enough;
  };
  for (const auto& [held, wanted, enough] :
       {Row{"a:read", "a:read", true}, Row{"a:read", "a:write", false}, Row{"a:read", "b:read", false},
        Row{"a:read", "a:read:own", true}, Row{"a:read:any", "a:read:own", true}, Row{"a:read:own", "a:read:own", true},
        Row{"a:read:own", "a:read", false}, Row{"a:read:own", "a:read:any", false}, Row{"a:*", "a:read", true},
        Row{"a:*", "b:read", false}, Row{"*:read", "b:read", true}, Row{"*:read", "b:write", false},
        Row{"*:*", "b:write:any", true}, Row{"*:*:own", "b:write:own", true}, Row{"*:*:own", "b:write", false},
        Row{"a:read", "a:*", false}, Row{"a:read", "*:read", false}, Row{"ab:read", "a:read", false}}) {
    EXPECT_EQ(permission(held).covers(permission(wanted)), enough) << held << " → " << wanted;
  }
}

TEST(Permission, one_role_that_grants_is_enough_and_unknown_roles_grant_nothing) {
  const RolePermissions table{
      {"reader", {permission("a:read")}}, {"owner", {permission("a:write:own"), permission("b:*")}}, {"empty", {}}};
  EXPECT_TRUE(any_role_grants(table, {"empty", "reader"}, permission("a:read")));
  EXPECT_TRUE(any_role_grants(table, {"owner"}, permission("b:delete")));
  EXPECT_FALSE(any_role_grants(table, {"owner"}, permission("a:write")));
  EXPECT_FALSE(any_role_grants(table, {"Reader", "reader ", "admin", ""}, permission("a:read")));
  EXPECT_FALSE(any_role_grants(table, {}, permission("a:read")));
  EXPECT_FALSE(any_role_grants({}, {"reader"}, permission("a:read")));
}

TEST(Permission, is_written_as_it_is_read) {
  for (const char* text : {"account:read", "profile:write:own", "*:*"}) {
    EXPECT_EQ(Permission::parse(text)->to_string(), text);
  }
  EXPECT_EQ(Permission::parse("session:read:any")->to_string(), "session:read");
}

TEST(Permission, B07_what_goes_beyond_ones_own_is_found_whatever_stands_for_it) {
  const auto one = [](const char* text) { return std::vector<Permission>{*Permission::parse(text)}; };
  const RolePermissions table{{"all", one("*:*")},       {"desk", one("account:manage")},
                              {"any", one("account:*")}, {"own", one("x:read:own")},
                              {"x", one("x:read")},      {"none", {}}};
  const auto beyond = [&](std::vector<std::string> roles, std::vector<std::string> own) {
    const auto found = granted_beyond(table, roles, own);
    return found ? found->to_string() : "";
  };
  EXPECT_EQ(beyond({"all", "desk", "any", "own", "x"}, {"all"}), "");
  EXPECT_EQ(beyond({"desk", "own", "none", "unknown"}, {"any", "x"}), "");
  EXPECT_EQ(beyond({"none", "all"}, {"desk", "any", "own", "x"}), "*:*");
  EXPECT_EQ(beyond({"any"}, {"desk"}), "account:*");
  EXPECT_EQ(beyond({"x"}, {"own"}), "x:read");
  EXPECT_EQ(beyond({"own"}, {"unknown"}), "x:read:own");
  EXPECT_EQ(beyond({"own"}, {}), "x:read:own");
}

TEST(Permission, what_roles_grant_together_is_listed_once) {
  const RolePermissions table{{"a", {*Permission::parse("x:read"), *Permission::parse("y:read:own")}},
                              {"b", {*Permission::parse("x:read"), *Permission::parse("a:b")}}};
  EXPECT_EQ(granted_to(table, {"a", "b", "unknown"}), (std::vector<std::string>{"a:b", "x:read", "y:read:own"}));
  EXPECT_TRUE(granted_to(table, {}).empty());
}

}  // namespace
}  // namespace gatehouse::contract
