#include "gate/gates.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gate/tokens_test.hpp"

namespace gatehouse::gate {
namespace {

namespace asio = boost::asio;
using Kind = contract::Revocation::Kind;

class GatesTest : public testing::Test {
 protected:
  GatesTest() {
    GateOptions options;
    options.verifier = test::verifier_options();
    options.verifier.cache_entries = 4'096;
    gates.emplace(loops, options, Policy({}, Access::signed_in), clock, metrics);
    gates->set_keys(test::key_set({&key}), false);
  }
  ~GatesTest() override { loops.stop(); }

  [[nodiscard]] std::string token(const std::string& jti) const {
    return crypto::sign_jwt(key, "at+jwt", test::claims_at(clock.now(), jti));
  }
  // What each loop answers now.
  std::vector<std::string> verdicts(const std::string& text) {
    std::vector<std::string> all(loops.size());
    loops.on_each_blocking([&](std::size_t loop) {
      const auto principal = gates->authenticate(loop, text);
      all[loop] = principal ? "yes" : principal.error() == contract::AuthError::invalid_token ? "no" : "unavailable";
    });
    return all;
  }

  base::FakeClock clock;
  telemetry::Metrics metrics;
  const crypto::SigningKey key = test::new_key();
  runtime::EventLoops loops{2};
  std::optional<Gates> gates;
};

using Verdicts = std::vector<std::string>;

TEST_F(GatesTest, F02_nobody_is_let_in_before_the_log_was_loaded) {
  loops.start();
  EXPECT_EQ(verdicts(token("a")), (Verdicts{"unavailable", "unavailable"}));
}

TEST_F(GatesTest, what_was_revoked_before_the_start_is_refused_by_every_loop) {
  gates->load({test::revoked(Kind::token, "gone", clock.now())}, clock.steady_now());
  loops.start();
  EXPECT_EQ(verdicts(token("gone")), (Verdicts{"no", "no"}));
  EXPECT_EQ(verdicts(token("here")), (Verdicts{"yes", "yes"}));
  EXPECT_NE(metrics.render().find("gatehouse_gate_revocations 1"), std::string::npos);
}

TEST_F(GatesTest, F02_following_the_log_keeps_the_gates_sure) {
  gates->load({}, clock.steady_now());
  loops.start();
  clock.advance(std::chrono::seconds(6));
  EXPECT_EQ(verdicts(token("a")), (Verdicts{"unavailable", "unavailable"}));
  gates->follow({test::revoked(Kind::token, "b", clock.now())}, clock.steady_now());
  EXPECT_EQ(verdicts(token("a")), (Verdicts{"yes", "yes"}));
  EXPECT_EQ(verdicts(token("b")), (Verdicts{"no", "no"}));
}

// Rows that are heard with a gap before them end what they say, and prove nothing else.
TEST_F(GatesTest, F02_rows_alone_do_not_make_a_stale_feed_fresh) {
  gates->load({}, std::nullopt);
  loops.start();
  gates->follow({test::revoked(Kind::token, "b", clock.now())}, std::nullopt);
  EXPECT_EQ(verdicts(token("a")), (Verdicts{"unavailable", "unavailable"}));
  EXPECT_FALSE(gates->is_fresh());
  gates->follow({}, clock.steady_now());
  EXPECT_EQ(verdicts(token("a")), (Verdicts{"yes", "yes"}));
  EXPECT_EQ(verdicts(token("b")), (Verdicts{"no", "no"}));
  EXPECT_TRUE(gates->is_fresh());
}

// An answer that was an hour on its way speaks of an hour ago.
TEST_F(GatesTest, F02_a_process_that_was_frozen_is_unsure_until_it_has_heard_anew) {
  gates->load({}, clock.steady_now());
  loops.start();
  const auto asked = clock.steady_now();
  EXPECT_TRUE(gates->is_fresh());
  clock.advance(std::chrono::hours(1));
  EXPECT_FALSE(gates->is_fresh());
  gates->follow({}, asked);
  EXPECT_EQ(verdicts(token("a")), (Verdicts{"unavailable", "unavailable"}));
  EXPECT_NE(metrics.render().find("gatehouse_gate_feed_age_seconds 3600"), std::string::npos);
  gates->follow({}, clock.steady_now());
  gates->follow({}, asked);  // overtaken: moves nothing back
  EXPECT_EQ(verdicts(token("a")), (Verdicts{"yes", "yes"}));
  EXPECT_NE(metrics.render().find("gatehouse_gate_feed_age_seconds 0"), std::string::npos);
}

// Publishing says that some rows are known here, not that none is missing.
TEST_F(GatesTest, F02_publishing_does_not_make_a_stale_feed_fresh) {
  gates->load({}, clock.steady_now());
  loops.start();
  clock.advance(std::chrono::seconds(6));
  asio::co_spawn(loops.context(0), gates->publish({test::revoked(Kind::token, "b", clock.now())}), asio::use_future)
      .get();
  EXPECT_EQ(verdicts(token("a")), (Verdicts{"unavailable", "unavailable"}));
}

TEST_F(GatesTest, T18_keys_reach_every_loop) {
  gates->load({}, clock.steady_now());
  loops.start();
  const auto next = test::new_key();
  const auto text = crypto::sign_jwt(next, "at+jwt", test::claims_at(clock.now()));
  EXPECT_EQ(verdicts(text), (Verdicts{"no", "no"}));
  gates->set_keys(test::key_set({&next}), true);
  EXPECT_EQ(verdicts(text), (Verdicts{"yes", "yes"}));
  EXPECT_EQ(verdicts(token("a")), (Verdicts{"no", "no"}));
}

contract::RoleSnapshot roles_of(contract::RolePermissions roles) {
  return std::make_shared<const contract::RolePermissions>(std::move(roles));
}

// B07, promise: what a role may do is what every loop goes by, whether the token is remembered or not.
TEST_F(GatesTest, B07_roles_reach_every_loop_and_a_removed_role_is_nobodys) {
  const auto may = *contract::Permission::parse("page:write");
  gates->set_roles(roles_of({{"editor", {may}}, {"member", {}}}), false);
  gates->load({}, clock.steady_now());
  loops.start();
  const auto text = token("a");  // of a member and editor
  const auto permitted = [&](const Rule& rule) {
    std::vector<std::string> all(loops.size());
    loops.on_each_blocking([&](std::size_t loop) { all[loop] = gates->permits(loop, text, rule) ? "yes" : "no"; });
    return all;
  };
  const Rule asks_permission{.path = "/**", .permissions = {may}};
  const Rule asks_role{.path = "/**", .roles = {"editor"}};
  EXPECT_EQ(permitted(asks_permission), (Verdicts{"yes", "yes"}));
  gates->set_roles(roles_of({{"editor", {}}, {"member", {}}}), true);
  EXPECT_EQ(permitted(asks_permission), (Verdicts{"no", "no"}));
  EXPECT_EQ(permitted(asks_role), (Verdicts{"yes", "yes"}));
  gates->set_roles(roles_of({{"member", {may}}}), true);
  EXPECT_EQ(permitted(asks_role), (Verdicts{"no", "no"})) << "there is no such role any more";
  EXPECT_EQ(permitted(asks_permission), (Verdicts{"yes", "yes"})) << "by the other one";
  loops.on_each_blocking([&](std::size_t loop) {
    EXPECT_EQ((*gates->authenticate(loop, text))->roles, std::vector<std::string>{"member"});
  });
  EXPECT_EQ(verdicts(text), (Verdicts{"yes", "yes"})) << "and the token is as good as before";
}

// S04: promise 1. Once publish() has completed, no loop says yes any more: while both are being asked without pause.
TEST_F(GatesTest, S04_after_publish_completes_every_loop_refuses) {
  gates->load({}, clock.steady_now());
  loops.start();
  std::vector<std::string> tokens;
  for (int i = 0; i < 200; ++i) tokens.push_back(token("jti-" + std::to_string(i)));
  std::atomic<int> published{0};  // all below this have been
  std::atomic<int> wrong{0};
  std::atomic<bool> over{false};
  const auto keep_asking = [&](std::size_t loop) -> asio::awaitable<void> {
    while (!over) {
      for (std::size_t i = 0; i < tokens.size(); ++i) {
        const bool must_refuse = static_cast<int>(i) < published.load();
        const bool accepted = gates->authenticate(loop, tokens[i]).has_value();
        if (must_refuse && accepted) ++wrong;
      }
      co_await asio::post(loops.context(loop), asio::use_awaitable);
    }
  };
  const auto revoke_all = [&]() -> asio::awaitable<void> {
    for (int i = 0; i < 200; ++i) {
      co_await gates->publish({test::revoked(Kind::token, "jti-" + std::to_string(i), clock.now())});
      published = i + 1;
    }
    over = true;
  };
  auto first = asio::co_spawn(loops.context(0), keep_asking(0), asio::use_future);
  auto second = asio::co_spawn(loops.context(1), keep_asking(1), asio::use_future);
  asio::co_spawn(loops.context(0), revoke_all(), asio::use_future).get();
  first.get();
  second.get();
  EXPECT_EQ(wrong, 0);
  for (const auto& text : tokens) ASSERT_EQ(verdicts(text), (Verdicts{"no", "no"}));
}

TEST_F(GatesTest, sweeping_forgets_what_has_expired) {
  gates->load({test::revoked(Kind::token, "a", clock.now())}, clock.steady_now());
  loops.start();
  clock.advance(std::chrono::seconds(2'000));
  for (int i = 0; i < 256; ++i) gates->tend();
  loops.on_each_blocking([](std::size_t) {});
  EXPECT_NE(metrics.render().find("gatehouse_gate_revocations 0"), std::string::npos);
}

TEST_F(GatesTest, each_check_is_counted_by_its_reason) {
  gates->load({}, clock.steady_now());
  loops.start();
  loops.on_each_blocking([&](std::size_t loop) {
    http::Request request;
    request.loop = loop;
    std::string out;
    gates->check(request, {.date = "d"}, out);  // no proxy is trusted here
  });
  EXPECT_NE(metrics.render().find("gatehouse_gate_checks_total{reason=\"untrusted_proxy\"} 2"), std::string::npos);
}

}  // namespace
}  // namespace gatehouse::gate
