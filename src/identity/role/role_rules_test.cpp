#include "identity/role/role_rules.hpp"

#include <gtest/gtest.h>

#include <initializer_list>
#include <string>

namespace gatehouse::identity {
namespace {

using contract::RolePermissions;

std::vector<contract::Permission> all(std::initializer_list<const char*> texts) {
  std::vector<contract::Permission> permissions;
  for (const char* text : texts) permissions.push_back(contract::Permission::parse(text).value());
  return permissions;
}

const RoleRules kRules{.kept = {"member"}, .to_all = {"member"}};

class RoleRulesTest : public testing::Test {
 protected:
  // "" where it may be; else the field and the error.
  std::string verdict(const RolePermissions& after) const {
    const auto refusal = check_change(before, after, kRules, editor);
    if (!refusal) return "";
    return (refusal->error == RoleError::forbidden ? "forbidden: " : "invalid: ") + refusal->message;
  }
  RolePermissions with(const char* role, std::initializer_list<const char*> permissions) const {
    auto roles = before;
    roles.insert_or_assign(role, all(permissions));
    return roles;
  }

  RolePermissions before{{"admin", all({"*:*"})}, {"clerk", all({"role:manage"})}, {"member", all({"a:read:own"})}};
  std::optional<RoleEditor> editor = RoleEditor{{}, {"admin"}};
};

TEST_F(RoleRulesTest, permissions_are_read_once_each_in_order_or_refused) {
  EXPECT_EQ(*parse_permissions({"b:c:any", "a:b", "b:c"}), all({"a:b", "b:c"}));
  EXPECT_TRUE(parse_permissions({})->empty());
  for (const char* text : {"", "a", "a:", "a:b:c", "A:b", "a:b:own:own", "a b:c", "a:b c"}) {
    const auto refused = parse_permissions({"a:b", text});
    ASSERT_FALSE(refused) << text;
    EXPECT_EQ(refused.error().field, "permissions");
  }
  EXPECT_FALSE(parse_permissions({std::string(65, 'a') + ":b"}));
}

TEST_F(RoleRulesTest, whoever_may_do_all_may_define_all) {
  EXPECT_EQ(verdict(with("new", {"x:y", "key:manage"})), "");
  EXPECT_EQ(verdict(with("clerk", {})), "");
}

// B07: nobody gives themselves what they were not given.
TEST_F(RoleRulesTest, B07_a_permission_that_the_editor_lacks_can_not_be_granted) {
  editor = RoleEditor{{}, {"clerk", "member"}};
  EXPECT_EQ(verdict(with("clerk", {"role:manage", "key:manage"})),
            "forbidden: must not grant what you may not do yourself: key:manage");
  EXPECT_EQ(verdict(with("new", {"*:*"})), "forbidden: must not grant what you may not do yourself: *:*");
  EXPECT_EQ(verdict(with("new", {"a:read"})), "forbidden: must not grant what you may not do yourself: a:read");
  EXPECT_EQ(verdict(with("new", {"a:read:own"})), "");
  EXPECT_EQ(verdict(with("admin", {"*:*", "a:read:own"})), "") << "what is there already is nobody's grant";
}

TEST_F(RoleRulesTest, the_last_way_to_undo_a_change_stays) {
  before = {{"admin", all({"*:*"})}, {"member", {}}};
  EXPECT_NE(verdict({{"member", {}}}).find("must leave a role that grants role:manage"), std::string::npos);
  EXPECT_NE(verdict(with("admin", {"role:manage"})).find("account:manage"), std::string::npos);
  EXPECT_NE(verdict(with("admin", {"account:manage"})).find("role:manage"), std::string::npos);
  EXPECT_EQ(verdict(with("admin", {"account:manage", "role:manage"})), "");
  editor.reset();  // nor does an operator's command
  EXPECT_NE(verdict({{"member", {}}}), "");
}

TEST_F(RoleRulesTest, nobody_locks_themselves_out) {
  before = {{"admin", all({"*:*"})}, {"chief", all({"*:*"})}, {"member", {}}};
  EXPECT_NE(verdict(with("admin", {"account:manage"})).find("must leave you role:manage"), std::string::npos);
  editor = RoleEditor{{}, {"chief"}};
  EXPECT_EQ(verdict(with("admin", {"account:manage"})), "");
}

TEST_F(RoleRulesTest, what_the_configuration_names_stays_and_whoever_registers_manages_nothing) {
  auto gone = before;
  gone.erase("member");
  EXPECT_EQ(verdict(gone), "invalid: must keep member, which the configuration names");
  EXPECT_EQ(verdict(with("member", {"account:manage"})), "invalid: must not grant account:manage to whoever registers");
  EXPECT_EQ(verdict(with("member", {"*:*"})), "invalid: must not grant role:manage to whoever registers");
  EXPECT_EQ(verdict(with("member", {"a:write:own"})), "");
}

TEST_F(RoleRulesTest, names_and_numbers_have_limits) {
  EXPECT_NE(verdict(with("", {})), "");
  EXPECT_NE(verdict(with("A", {})), "");
  EXPECT_NE(verdict(with("a b", {})), "");
  EXPECT_NE(verdict(with(std::string(65, 'a').c_str(), {})), "");
  EXPECT_EQ(verdict(with(std::string(64, 'a').c_str(), {})), "");
  auto many = before;
  while (many.size() < 64) many.emplace("r" + std::to_string(many.size()), all({}));
  EXPECT_EQ(verdict(many), "");
  many.emplace("one-more", all({}));
  EXPECT_NE(verdict(many).find("at most 64"), std::string::npos);
  auto big = before;
  auto& permissions = big["big"];
  for (int i = 0; i < 128; ++i) permissions.push_back({"r" + std::to_string(i), "act"});
  EXPECT_EQ(verdict(big), "");
  permissions.push_back({"one", "more"});
  EXPECT_NE(verdict(big), "");
}

}  // namespace
}  // namespace gatehouse::identity
