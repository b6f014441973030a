#include <gtest/gtest.h>

#include <string>

#include "identity/api/factor_api_fixture.hpp"
#include "identity/api/token_cookies.hpp"

namespace gatehouse::identity {
namespace {

using namespace std::chrono_literals;

TEST_F(FactorApi, M02_a_code_is_used_once_and_only_six_digits_of_a_near_step_are_one) {
  const auto enrolled = enrol(ApiStack::bearer(api_.login_as("alice")));
  api_.clock.advance(5min);
  const auto now = [&] { return api_.clock.now(); };
  const std::string good = enrolled.app.code(now());
  for (const auto& code : {enrolled.app.code(now(), -2), enrolled.app.code(now(), 2)}) {
    EXPECT_EQ(second_step(api_.login_as("alice"), code).slug(), "/problems/wrong-code") << code;
  }
  ASSERT_EQ(second_step(api_.login_as("alice"), good).status, 200U);
  EXPECT_EQ(second_step(api_.login_as("alice"), good).slug(), "/problems/wrong-code");
  api_.clock.advance(30s);
  EXPECT_EQ(second_step(api_.login_as("alice"), good).slug(), "/problems/wrong-code");  // again, in the next step
  ASSERT_EQ(second_step(api_.login_as("alice"), enrolled.app.code(now())).status, 200U);
  api_.clock.advance(30s);
  const std::string next = enrolled.app.code(now());
  for (const std::string& code : {" " + next, next + " ", "0" + next, next + "0", std::string("١٢٣٤٥٦")}) {
    EXPECT_EQ(second_step(api_.login_as("alice"), code).status, 401U) << code;
  }
}

TEST_F(FactorApi, M03_between_the_steps_nothing_else_can_be_called) {
  (void)enrol(ApiStack::bearer(api_.login_as("alice")));
  const auto login = api_.login_as("alice");
  const std::string transaction = login.text("transaction");
  for (const auto& route : api_.router.routes()) {
    if (route.access == "public") continue;
    std::string path = route.path;
    if (const auto at = path.find("{id}"); at != std::string::npos) path.replace(at, 4, alice_.id.to_string());
    EXPECT_EQ(api_.send(route.method, path, {{"Authorization", "Bearer " + transaction}}).status, 401U) << path;
    EXPECT_EQ(api_.send(route.method, path,
                        {{"Cookie", "__Host-gatehouse_access=" + transaction}, {"Sec-Fetch-Site", "same-origin"}})
                  .status,
              401U)
        << path;
  }
  EXPECT_EQ(api_.post("/v1/refresh", {{"refresh_token", transaction}}).status, 401U);
}

TEST_F(FactorApi, M04_five_wrong_codes_end_the_sign_in_and_a_new_one_does_not_begin_anew) {
  const auto enrolled = enrol(ApiStack::bearer(api_.login_as("alice")));
  const auto login = api_.login_as("alice");
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(second_step(login, code_that_is_wrong(enrolled.app)).slug(), "/problems/wrong-code");
  }
  const auto right = [&] { return enrolled.app.code(api_.clock.now()); };
  EXPECT_EQ(second_step(login, right()).slug(), "/problems/sign-in-ended");
  const auto again = api_.login_as("alice");
  const auto held_up = second_step(again, right());
  EXPECT_EQ(held_up.status, 429U);
  EXPECT_EQ(held_up.header("Retry-After"), "30");
  EXPECT_EQ(api_.router.routes().empty(), false);
  // The first sign-in stays ended when the wait is over; the second goes on, and only a right code forgets.
  api_.clock.advance(30s);
  EXPECT_EQ(second_step(login, right()).slug(), "/problems/sign-in-ended");
  EXPECT_EQ(second_step(again, code_that_is_wrong(enrolled.app)).slug(), "/problems/wrong-code");
  EXPECT_EQ(second_step(again, right()).header("Retry-After"), "60");
  api_.clock.advance(60s);
  EXPECT_EQ(second_step(again, right()).status, 200U);
  api_.clock.advance(30s);
  EXPECT_EQ(second_step(api_.login_as("alice"), code_that_is_wrong(enrolled.app)).slug(), "/problems/wrong-code");
}

// Who has the password and guesses codes keeps the owner out of neither: 120 bits are not guessed.
TEST_F(FactorApi, U06_a_recovery_code_passes_while_codes_of_an_app_wait) {
  const auto enrolled = enrol(ApiStack::bearer(api_.login_as("alice")));
  const auto guessed = api_.login_as("alice");
  for (int i = 0; i < 5; ++i) (void)second_step(guessed, code_that_is_wrong(enrolled.app));
  const auto login = api_.login_as("alice");
  EXPECT_EQ(second_step(login, enrolled.app.code(api_.clock.now())).status, 429U);
  EXPECT_EQ(second_step(login, enrolled.codes.at(0), "recovery_code").status, 200U);
}

// An attacker who has passwords of many accounts tries codes at each: the address is what they have in common. The
// owner who mistypes in a browser that the account knows is not counted there.
TEST_F(FactorApi, wrong_codes_count_at_the_address_as_wrong_passwords_do) {
  const auto counted = [&](const char* address) {
    const auto key = base::IpAddress::parse(address)->limit_key().to_string();
    return test::run_on_loop(api_.attacks.look("address", key)).count;
  };
  const auto enrolled = enrol(ApiStack::bearer(api_.login_as("alice")));
  const auto login = api_.login_as("alice");
  const auto wrong = [&](const Headers& headers, const char* address) {
    const boost::json::object body{
        {"transaction", login.text("transaction")}, {"method", "totp"}, {"code", code_that_is_wrong(enrolled.app)}};
    return api_.post("/v1/login/second-factor", body, headers, address).slug();
  };
  EXPECT_EQ(wrong({}, "203.0.113.9"), "/problems/wrong-code");
  EXPECT_EQ(wrong({}, "203.0.113.9"), "/problems/wrong-code");
  EXPECT_EQ(counted("203.0.113.9"), 2U);
  const std::string known = std::string(kDeviceCookie) + "=" + api_.devices.remember("", alice_.id.bytes());
  EXPECT_EQ(wrong({{"Cookie", known}}, "203.0.113.10"), "/problems/wrong-code");
  EXPECT_EQ(counted("203.0.113.10"), 0U);
}

TEST_F(FactorApi, M04_a_thousand_codes_in_ever_new_sign_ins_are_a_handful_of_guesses) {
  const auto enrolled = enrol(ApiStack::bearer(api_.login_as("alice")));
  int looked_at = 0;
  for (int i = 0; i < 200; ++i) {
    const auto login = api_.login_as("alice");
    for (int j = 0; j < 5; ++j) {
      if (second_step(login, code_that_is_wrong(enrolled.app)).status == 401U) ++looked_at;
    }
  }
  EXPECT_EQ(looked_at, 5);
}

TEST_F(FactorApi, M04_ten_thousand_codes_at_one_sign_in_are_five_guesses) {
  const auto enrolled = enrol(ApiStack::bearer(api_.login_as("alice")));
  const auto login = api_.login_as("alice");
  const auto wrong = code_that_is_wrong(enrolled.app);
  int looked_at = 0;
  int ended = 0;
  for (int i = 0; i < 10'000; ++i) {
    const auto slug = second_step(login, wrong).slug();
    looked_at += slug == "/problems/wrong-code" ? 1 : 0;
    ended += slug == "/problems/sign-in-ended" ? 1 : 0;
  }
  EXPECT_EQ(looked_at, 5);
  EXPECT_EQ(ended, 9'995);
  // The sign-in is not alive again when the wait is over.
  api_.clock.advance(30s);
  EXPECT_EQ(second_step(login, enrolled.app.code(api_.clock.now())).slug(), "/problems/sign-in-ended");
}

TEST_F(FactorApi, a_sign_in_ends_with_time_with_use_and_with_what_it_was_begun_on) {
  const auto enrolled = enrol(ApiStack::bearer(api_.login_as("alice")));
  const auto right = [&] { return enrolled.app.code(api_.clock.now()); };
  const auto slow = api_.login_as("alice");
  api_.clock.advance(5min);
  EXPECT_EQ(second_step(slow, right()).slug(), "/problems/sign-in-ended");
  const auto used = api_.login_as("alice");
  ASSERT_EQ(second_step(used, right()).status, 200U);
  api_.clock.advance(30s);
  EXPECT_EQ(second_step(used, right()).slug(), "/problems/sign-in-ended");
  const auto of_old_roles = api_.login_as("alice");
  ASSERT_TRUE(test::run_on_loop(api_.administration.set_roles(alice_.id, {"member"}, IdentityStack::caller())));
  EXPECT_EQ(second_step(of_old_roles, right()).slug(), "/problems/sign-in-ended");
  const auto of_old_password = api_.login_as("alice");
  const auto changed = api_.post("/v1/me/password",
                                 {{"current_password", IdentityStack::kPassword}, {"new_password", "seven violins 99"}},
                                 api_.strong_bearer(alice_));
  ASSERT_EQ(changed.status, 204U) << changed.raw.body;
  EXPECT_EQ(second_step(of_old_password, right()).slug(), "/problems/sign-in-ended");
  const auto disabled = api_.login_as("alice", "body", "seven violins 99");
  ASSERT_TRUE(test::run_on_loop(api_.administration.disable(alice_.id, IdentityStack::caller())));
  EXPECT_EQ(second_step(disabled, right()).slug(), "/problems/sign-in-ended");
}

TEST_F(FactorApi, a_transaction_that_is_not_ours_is_refused) {
  const auto enrolled = enrol(ApiStack::bearer(api_.login_as("alice")));
  const auto login = api_.login_as("alice");
  std::string tampered = login.text("transaction");
  tampered[10] = tampered[10] == 'A' ? 'B' : 'A';
  for (const std::string& transaction : {tampered, std::string("ghl_"), std::string(), std::string(5'000, 'A'),
                                         login.text("transaction") + "A", login.text("transaction").substr(4)}) {
    const auto reply =
        api_.post("/v1/login/second-factor",
                  {{"transaction", transaction}, {"method", "totp"}, {"code", enrolled.app.code(api_.clock.now())}});
    EXPECT_EQ(reply.status, 401U);
    EXPECT_EQ(reply.slug(), "/problems/sign-in-ended");
  }
  const auto form = api_.post("/v1/login/second-factor", {{"transaction", 7}, {"method", "sms"}, {"role", "admin"}});
  EXPECT_EQ(form.fields(), "transaction method code role");
}

TEST_F(FactorApi, M05_a_recovery_code_is_good_once_and_for_its_account_alone) {
  const auto enrolled = enrol(ApiStack::bearer(api_.login_as("alice")));
  const auto bob = api_.register_account("bobby");
  (void)enrol(api_.bearer(api_.login_as("bobby")));
  EXPECT_EQ(second_step(api_.login_as("bobby"), enrolled.codes[0], "recovery_code").slug(), "/problems/wrong-code");
  ASSERT_EQ(second_step(api_.login_as("alice"), enrolled.codes[0], "recovery_code").status, 200U);
  EXPECT_EQ(second_step(api_.login_as("alice"), enrolled.codes[0], "recovery_code").slug(), "/problems/wrong-code");
  std::string loud = " ";
  for (const char c : enrolled.codes[1]) loud += static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  EXPECT_EQ(second_step(api_.login_as("alice"), loud, "recovery_code").status, 200U);
  const auto overview = api_.get("/v1/factors", api_.strong_bearer(alice_));
  EXPECT_EQ(overview.json().at("recovery_codes").as_int64(), 8);
  // New ones void the old.
  const auto renewed = api_.send(http::Method::post, "/v1/factors/recovery-codes", api_.strong_bearer(alice_));
  ASSERT_EQ(renewed.status, 201U);
  EXPECT_EQ(second_step(api_.login_as("alice"), enrolled.codes[2], "recovery_code").status, 401U);
  const std::string fresh(renewed.json().at("codes").as_array()[0].as_string());
  EXPECT_EQ(second_step(api_.login_as("alice"), fresh, "recovery_code").status, 200U);
}

// Who gives wrong codes got past the password: its owner hears of it, once in a row.
TEST_F(FactorApi, the_owner_hears_of_five_wrong_codes_in_a_row_and_not_of_each) {
  const auto enrolled = enrol(ApiStack::bearer(api_.login_as("alice")));
  const auto letters = [&] {
    return std::ranges::count_if(api_.mails(), [](const MailJob& job) { return job.kind == MailKind::codes_failed; });
  };
  const auto fail = [&](int times) {
    for (int i = 0; i < times; ++i) {
      api_.clock.advance(2h);  // no wait is in the way
      EXPECT_EQ(second_step(api_.login_as("alice"), code_that_is_wrong(enrolled.app)).slug(), "/problems/wrong-code");
    }
  };
  fail(4);
  EXPECT_EQ(letters(), 0);
  fail(1);
  EXPECT_EQ(letters(), 1);
  fail(6);
  EXPECT_EQ(letters(), 0);
  api_.clock.advance(2h);
  ASSERT_EQ(second_step(api_.login_as("alice"), enrolled.app.code(api_.clock.now())).status, 200U);
  fail(5);
  EXPECT_EQ(letters(), 1);
}

}  // namespace
}  // namespace gatehouse::identity
