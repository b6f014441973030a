#include "gate/policy.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace gatehouse::gate {
namespace {

using contract::Permission;
using std::chrono::seconds;

Rule rule(std::string path, Access access = Access::signed_in) {
  Rule r;
  r.path = std::move(path);
  r.access = access;
  return r;
}

OriginalRequest asked(std::string_view path, std::string_view method = "GET", std::string_view host = "h") {
  return {method, host, path, path};
}

TEST(Policy, a_rule_for_all_below_ends_at_the_segment) {
  const Policy policy({rule("/admin/**", Access::nobody)}, Access::everyone);
  for (const char* path : {"/admin", "/admin/", "/admin/x", "/admin/x/y"}) {
    EXPECT_EQ(policy.rule_for(asked(path)).access, Access::nobody) << path;
  }
  for (const char* path : {"/administrator", "/admin.html", "/adm", "/", "/x/admin/y", "/Admin"}) {
    EXPECT_EQ(policy.rule_for(asked(path)).access, Access::everyone) << path;
  }
}

TEST(Policy, an_exact_rule_is_exact_and_a_rule_for_everything_takes_everything) {
  const Policy policy({rule("/a", Access::nobody), rule("/**", Access::signed_in)}, Access::everyone);
  EXPECT_EQ(policy.rule_for(asked("/a")).access, Access::nobody);
  for (const char* path : {"/a/", "/ab", "/", "/b"}) {
    EXPECT_EQ(policy.rule_for(asked(path)).access, Access::signed_in) << path;
  }
}

TEST(Policy, the_first_rule_that_matches_decides) {
  const Policy policy({rule("/a/open", Access::everyone), rule("/a/**", Access::nobody)}, Access::signed_in);
  EXPECT_EQ(policy.rule_for(asked("/a/open")).access, Access::everyone);
  EXPECT_EQ(policy.rule_for(asked("/a/shut")).access, Access::nobody);
  EXPECT_EQ(policy.rule_for(asked("/b")).access, Access::signed_in);
}

TEST(Policy, methods_and_hosts_narrow_a_rule) {
  Rule narrow = rule("/**", Access::everyone);
  narrow.methods = {"GET", "HEAD"};
  narrow.host = "public.example";
  const Policy policy({narrow}, Access::nobody);
  EXPECT_EQ(policy.rule_for(asked("/x", "GET", "public.example")).access, Access::everyone);
  for (const auto& [method, host] : std::vector<std::pair<const char*, const char*>>{{"POST", "public.example"},
                                                                                     {"get", "public.example"},
                                                                                     {"", "public.example"},
                                                                                     {"GET", "x.public.example"},
                                                                                     {"GET", ""}}) {
    EXPECT_EQ(policy.rule_for(asked("/x", method, host)).access, Access::nobody) << method << host;
  }
}

TEST(Policy, is_uniform_only_without_rules) {
  EXPECT_TRUE(Policy({}, Access::signed_in).is_uniform());
  EXPECT_FALSE(Policy({rule("/**")}, Access::signed_in).is_uniform());
}

class PolicyDecides : public testing::Test {
 protected:
  [[nodiscard]] Reason decide(const Rule& r) const { return Policy::decide(r, who, roles, now); }

  const base::TimePoint now = base::from_unix_ms(1'800'000'000'000);
  const contract::RolePermissions roles{{"editor", {*Permission::parse("page:write:own")}},
                                        {"boss", {*Permission::parse("*:*")}}};
  contract::Principal who = [this] {
    contract::Principal principal;
    principal.roles = {"editor"};
    principal.scopes = {"read", "write"};
    principal.amr = {"pwd"};
    principal.auth_time = now - seconds(100);
    return principal;
  }();
};

TEST_F(PolicyDecides, one_of_the_roles_is_enough) {
  Rule r = rule("/");
  EXPECT_EQ(decide(r), Reason::allowed);
  r.roles = {"admin", "editor"};
  EXPECT_EQ(decide(r), Reason::allowed);
  r.roles = {"admin", "Editor", "edit"};
  EXPECT_EQ(decide(r), Reason::not_permitted);
}

TEST_F(PolicyDecides, all_permissions_and_scopes_are_needed) {
  Rule r = rule("/");
  r.permissions = {*Permission::parse("page:write:own")};
  EXPECT_EQ(decide(r), Reason::allowed);
  r.permissions.push_back(*Permission::parse("page:write"));
  EXPECT_EQ(decide(r), Reason::not_permitted);
  who.roles = {"boss"};
  EXPECT_EQ(decide(r), Reason::allowed);
  r.scopes = {"read", "write"};
  EXPECT_EQ(decide(r), Reason::allowed);
  r.scopes.emplace_back("rea");
  EXPECT_EQ(decide(r), Reason::not_permitted);
}

TEST_F(PolicyDecides, an_old_sign_in_is_stale_to_the_second) {
  Rule r = rule("/");
  r.max_age = seconds(100);
  EXPECT_EQ(decide(r), Reason::allowed);
  r.max_age = seconds(99);
  EXPECT_EQ(decide(r), Reason::stale_sign_in);
}

TEST_F(PolicyDecides, M03_a_second_factor_is_one_that_was_used) {
  Rule r = rule("/");
  r.assurance = contract::Assurance::two_factors;
  EXPECT_EQ(decide(r), Reason::stale_sign_in);
  who.amr = {"pwd", "otp", "mfa"};
  EXPECT_EQ(decide(r), Reason::allowed);
  r.assurance = contract::Assurance::phishing_resistant;
  EXPECT_EQ(decide(r), Reason::stale_sign_in);
  who.amr = {"pwd", "hwk", "user"};  // a key that was touched, and nobody says that it was a second factor
  EXPECT_EQ(decide(r), Reason::stale_sign_in);
  who.amr = {"hwk", "user", "mfa"};
  EXPECT_EQ(decide(r), Reason::allowed);
}

// B07: only a token that says so passes; one of an older version, which says nothing, does not.
TEST_F(PolicyDecides, B07_an_address_counts_as_verified_only_where_the_token_says_so) {
  Rule r = rule("/");
  r.email_verified = true;
  EXPECT_EQ(decide(r), Reason::not_permitted);
  who.email_verified = true;
  EXPECT_EQ(decide(r), Reason::allowed);
}

TEST_F(PolicyDecides, what_is_not_permitted_is_not_cured_by_signing_in_again) {
  Rule r = rule("/");
  r.max_age = seconds(1);
  r.roles = {"admin"};
  EXPECT_EQ(decide(r), Reason::not_permitted);
}

}  // namespace
}  // namespace gatehouse::gate
