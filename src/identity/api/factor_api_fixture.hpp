#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "identity/api/api_fixture.hpp"

namespace gatehouse::identity {

// For tests: alice, and the apps that she enrols.
class FactorApi : public ::testing::Test {
 protected:
  struct Enrolled {
    FakeApp app;
    std::string id;
    std::vector<std::string> codes;
  };
  Enrolled enrol(const Headers& who, const char* name = "phone") {
    const auto begun = api_.post("/v1/factors/totp", {{"name", name}}, who);
    EXPECT_EQ(begun.status, 201U) << begun.raw.body;
    Enrolled enrolled{FakeApp(begun.text("secret")), begun.text("id"), {}};
    const auto added = confirm(who, enrolled.id, enrolled.app.code(api_.clock.now()));
    EXPECT_EQ(added.status, 201U) << added.raw.body;
    const auto body = added.json();
    if (const auto* codes = body.if_contains("codes")) {
      for (const auto& code : codes->as_array()) enrolled.codes.emplace_back(code.as_string());
    }
    api_.clock.advance(std::chrono::seconds(30));  // the code that confirmed is used up
    return enrolled;
  }
  Reply confirm(const Headers& who, const std::string& id, const std::string& code) {
    return api_.post("/v1/factors/totp/" + id + "/confirm", {{"code", code}}, who);
  }
  Reply second_step(const Reply& login, const std::string& code, const char* method = "totp") {
    return api_.post(
        "/v1/login/second-factor",
        {{"transaction", login.text("transaction")}, {"method", method}, {"code", code}, {"refresh_in", "body"}});
  }
  Reply sign_in(const Enrolled& enrolled) {
    api_.clock.advance(std::chrono::seconds(30));
    return second_step(api_.login_as("alice"), enrolled.app.code(api_.clock.now()));
  }
  std::string code_that_is_wrong(const FakeApp& app) {
    for (int guess = 0;; ++guess) {
      std::string code = std::to_string(100'000 + guess);
      bool near = false;
      for (int shift = -1; shift <= 1; ++shift) near = near || app.code(api_.clock.now(), shift) == code;
      if (!near) return code;
    }
  }

  ApiStack api_;
  Account alice_ = api_.register_account("alice");
};

}  // namespace gatehouse::identity
