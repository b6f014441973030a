#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "identity/api/api_fixture.hpp"
#include "platform/base/encoding.hpp"
#include "tests/support/software_authenticator.hpp"

namespace gatehouse::identity {
namespace {

using namespace std::chrono_literals;
using test::SoftwareAuthenticator;
using Ceremony = SoftwareAuthenticator::Ceremony;

std::string decoded(const boost::json::value& text) {
  return base::base64url_decode({text.as_string().data(), text.as_string().size()}).value();
}

class PasskeyApi : public ::testing::Test {
 protected:
  using Change = std::function<void(Ceremony&)>;

  // As a browser would: the options in, the credential out.
  static boost::json::object made_with(SoftwareAuthenticator& authenticator, const Reply& options,
                                       const Change& change) {
    Ceremony ceremony{.challenge = decoded(options.json().at("public_key").as_object().at("challenge"))};
    if (change) change(ceremony);
    const auto answer = authenticator.create(ceremony);
    return {{"type", "public-key"},
            {"id", base::base64url_encode(authenticator.credential_id())},
            {"authenticatorAttachment", "platform"},
            {"clientExtensionResults", boost::json::object()},
            {"response",
             {{"clientDataJSON", base::base64url_encode(answer.client_data_json)},
              {"attestationObject", base::base64url_encode(answer.attestation_object)},
              {"transports", {"internal", "hybrid", "<script>"}}}}};
  }
  static boost::json::object shown_by(SoftwareAuthenticator& authenticator, const Reply& options,
                                      const std::string& user_handle = "", const Change& change = {}) {
    Ceremony ceremony{.challenge = decoded(options.json().at("public_key").as_object().at("challenge"))};
    if (change) change(ceremony);
    const auto answer = authenticator.get(ceremony);
    boost::json::object response{{"clientDataJSON", base::base64url_encode(answer.client_data_json)},
                                 {"authenticatorData", base::base64url_encode(answer.authenticator_data)},
                                 {"signature", base::base64url_encode(answer.signature)},
                                 {"userHandle", nullptr}};
    if (!user_handle.empty()) response["userHandle"] = base::base64url_encode(user_handle);
    return {{"type", "public-key"},
            {"id", base::base64url_encode(authenticator.credential_id())},
            {"response", std::move(response)}};
  }

  Reply enrol(SoftwareAuthenticator& authenticator, const Headers& who, const Change& change = {}) {
    const auto options = api_.send(http::Method::post, "/v1/factors/webauthn/options", who);
    EXPECT_EQ(options.status, 200U) << options.raw.body;
    return api_.post("/v1/factors/webauthn",
                     {{"name", "laptop"}, {"credential", made_with(authenticator, options, change)}}, who);
  }
  Reply options(const boost::json::object& body = {}) { return api_.post("/v1/login/webauthn/options", body); }
  Reply sign_in(const Reply& options, boost::json::object credential) {
    return api_.post(
        "/v1/login/webauthn",
        {{"transaction", options.text("transaction")}, {"credential", std::move(credential)}, {"refresh_in", "body"}});
  }
  Reply second_step(const std::string& transaction, boost::json::object credential) {
    return api_.post("/v1/login/second-factor", {{"transaction", transaction},
                                                 {"method", "webauthn"},
                                                 {"credential", std::move(credential)},
                                                 {"refresh_in", "body"}});
  }
  std::string amr_of(const Reply& signed_in) {
    const auto session = api_.get("/v1/session/" + signed_in.text("session_id"), ApiStack::bearer(signed_in));
    return boost::json::serialize(session.json().at("amr"));
  }

  std::int64_t events(const char* type) {
    return api_.database.read_blocking([&](db::Transaction& tx) {
      return tx
          .query_one("SELECT count(*) FROM audit_event WHERE type = $1 AND subject = $2",
                     {type, db::Blob{alice_.id.bytes()}}, [](const db::Row& row) { return row.integer(0); })
          .value();
    });
  }

  ApiStack api_;
  Account alice_ = api_.register_account("alice");
  std::string handle_{alice_.id.bytes()};
  SoftwareAuthenticator key_;
};

TEST_F(PasskeyApi, a_passkey_is_made_and_signs_in_without_a_name_or_a_password) {
  const auto login = api_.login_as("alice");
  const auto begun = api_.send(http::Method::post, "/v1/factors/webauthn/options", ApiStack::bearer(login));
  const auto wanted = begun.json().at("public_key").as_object();
  EXPECT_EQ(wanted.at("rp").as_object().at("id").as_string(), "app.example");
  EXPECT_EQ(decoded(wanted.at("user").as_object().at("id")), handle_);
  EXPECT_EQ(wanted.at("attestation").as_string(), "none");
  const auto added = enrol(key_, ApiStack::bearer(login));
  ASSERT_EQ(added.status, 201U) << added.raw.body;
  EXPECT_EQ(added.json().at("factor").as_object().at("kind").as_string(), "webauthn");
  EXPECT_EQ(added.json().at("codes").as_array().size(), 10U);

  const auto asked = options();
  ASSERT_EQ(asked.status, 200U) << asked.raw.body;
  EXPECT_EQ(asked.json().at("public_key").as_object().at("userVerification").as_string(), "required");
  EXPECT_TRUE(asked.json().at("public_key").as_object().at("allowCredentials").as_array().empty());
  const auto done = sign_in(asked, shown_by(key_, asked, handle_));
  ASSERT_EQ(done.status, 200U) << done.raw.body;
  EXPECT_EQ(api_.get("/v1/me", ApiStack::bearer(done)).text("username"), "alice");
  EXPECT_EQ(amr_of(done), R"(["hwk","user","mfa"])");
}

TEST_F(PasskeyApi, a_passkey_is_the_second_step_after_a_password) {
  SoftwareAuthenticator synced(SoftwareAuthenticator::Algorithm::eddsa);
  synced.counts = false;
  const auto backed_up = [](Ceremony& c) { c.backup_eligible = c.backed_up = true; };
  ASSERT_EQ(enrol(synced, ApiStack::bearer(api_.login_as("alice")), backed_up).status, 201U);
  for (int i = 0; i < 2; ++i) {
    const auto login = api_.login_as("alice");
    EXPECT_EQ(boost::json::serialize(login.json().at("methods")), R"(["webauthn","recovery_code"])");
    const auto asked = options({{"transaction", login.text("transaction")}});
    ASSERT_EQ(asked.status, 200U) << asked.raw.body;
    EXPECT_EQ(asked.text("transaction"), login.text("transaction"));
    const auto allowed = asked.json().at("public_key").as_object().at("allowCredentials").as_array();
    ASSERT_EQ(allowed.size(), 1U);
    EXPECT_EQ(decoded(allowed[0].as_object().at("id")), synced.credential_id());
    EXPECT_EQ(boost::json::serialize(allowed[0].as_object().at("transports")), R"(["hybrid","internal"])");
    const auto touch = [&](Ceremony& c) { backed_up(c), c.user_verified = false; };
    const auto done = second_step(login.text("transaction"), shown_by(synced, asked, "", touch));
    ASSERT_EQ(done.status, 200U) << done.raw.body;
    EXPECT_EQ(amr_of(done), R"(["pwd","swk","user","mfa"])");
  }
}

// An account's own setting: no code that could be coaxed out of its owner is enough.
TEST_F(PasskeyApi, an_account_may_ask_for_a_passkey_at_each_of_its_sign_ins) {
  const auto ask = [&](const char* acr, const Headers& who) {
    return api_.send(http::Method::put, "/v1/factors/sign-in", {{"Content-Type", "application/json"}, who.front()},
                     std::string(R"({"acr":")") + acr + "\"}");
  };
  const auto begun = api_.post("/v1/factors/totp", {{"name", "phone"}}, ApiStack::bearer(api_.login_as("alice")));
  const FakeApp app(begun.text("secret"));
  const auto code = [&] { return app.code(api_.clock.now()); };
  const auto first = ApiStack::bearer(api_.login_as("alice"));
  ASSERT_EQ(api_.post("/v1/factors/totp/" + begun.text("id") + "/confirm", {{"code", code()}}, first).status, 201U);
  const auto who = api_.strong_bearer(alice_);
  EXPECT_EQ(ask("phr", who).fields(), "acr");  // there is no passkey
  EXPECT_EQ(ask("urn:gatehouse:acr:1fa", who).fields(), "acr");
  const auto added = enrol(key_, who);
  ASSERT_EQ(added.status, 201U);
  ASSERT_EQ(ask("phr", who).status, 204U);
  EXPECT_EQ(api_.get("/v1/factors", who).text("sign_in_acr"), "phr");

  api_.clock.advance(30s);
  const auto login = api_.login_as("alice");
  EXPECT_EQ(boost::json::serialize(login.json().at("methods")), R"(["webauthn","recovery_code"])");
  const boost::json::object by_code{{"transaction", login.text("transaction")}, {"method", "totp"}, {"code", code()}};
  EXPECT_EQ(api_.post("/v1/login/second-factor", by_code).slug(), "/problems/wrong-code");
  const auto asked = options({{"transaction", login.text("transaction")}});
  EXPECT_EQ(second_step(login.text("transaction"), shown_by(key_, asked)).status, 200U);

  const std::string id(added.json().at("factor").as_object().at("id").as_string());
  ASSERT_EQ(api_.send(http::Method::delete_, "/v1/factors/" + id, api_.strong_bearer(alice_)).status, 204U);
  EXPECT_EQ(boost::json::serialize(api_.login_as("alice").json().at("methods")), R"(["totp","recovery_code"])");
}

// Each is 400 and the same answer, as a sign-in and as an enrolment.
TEST_F(PasskeyApi, M07_what_is_not_exactly_right_is_refused) {
  ASSERT_EQ(enrol(key_, ApiStack::bearer(api_.login_as("alice"))).status, 201U);
  const std::pair<const char*, Change> attacks[] = {
      {"origin of a subdomain", [](Ceremony& c) { c.origin = "https://evil.app.example"; }},
      {"origin that ends in ours", [](Ceremony& c) { c.origin = "https://notapp.example"; }},
      {"origin without TLS", [](Ceremony& c) { c.origin = "http://app.example"; }},
      {"another relying party", [](Ceremony& c) { c.relying_party = "evil.example"; }},
      {"a challenge of somebody else's", [](Ceremony& c) { c.challenge = std::string(40, 'x'); }},
      {"nobody verified", [](Ceremony& c) { c.user_verified = false; }},
      {"nobody there", [](Ceremony& c) { c.user_present = false; }},
      {"inside another site's frame", [](Ceremony& c) { c.cross_origin = "true"; }},
      {"another type", [](Ceremony& c) { c.type = "webauthn.create"; }},
      {"another kind of key", [](Ceremony& c) { c.backup_eligible = true; }},
  };
  const auto reference =
      sign_in(options(), shown_by(key_, options(), handle_));  // the challenge of another transaction
  EXPECT_EQ(reference.status, 401U);
  for (const auto& [name, change] : attacks) {
    const auto asked = options();
    const auto reply = sign_in(asked, shown_by(key_, asked, handle_, change));
    const bool foreign = std::string(name) == "a challenge of somebody else's";
    EXPECT_EQ(reply.status, foreign ? 401U : 400U) << name;
    EXPECT_EQ(reply.slug(), foreign ? "/problems/sign-in-ended" : "/problems/passkey-refused") << name;
    EXPECT_EQ(reply.text("access_token"), "") << name;
    // And as the answer to a transaction after a password, where a touch is enough.
    if (std::string(name) == "nobody verified") continue;
    const auto login = api_.login_as("alice");
    const auto step = options({{"transaction", login.text("transaction")}});
    EXPECT_EQ(second_step(login.text("transaction"), shown_by(key_, step, "", change)).slug(),
              "/problems/passkey-refused")
        << name;
  }
  const auto asked = options();
  EXPECT_EQ(sign_in(asked, shown_by(key_, asked, handle_)).status, 200U);
}

TEST_F(PasskeyApi, M07_a_challenge_is_good_once_for_its_ceremony_and_its_sign_in) {
  const auto who = api_.strong_bearer(alice_);
  ASSERT_EQ(enrol(key_, who).status, 201U);
  const auto asked = options();
  const auto answer = shown_by(key_, asked, handle_);
  ASSERT_EQ(sign_in(asked, answer).status, 200U);
  EXPECT_EQ(sign_in(asked, answer).slug(), "/problems/passkey-refused");  // replayed
  EXPECT_EQ(sign_in(asked, shown_by(key_, asked, handle_)).slug(), "/problems/passkey-refused");

  const auto late = options();
  api_.clock.advance(5min);
  EXPECT_EQ(sign_in(late, shown_by(key_, late, handle_)).slug(), "/problems/passkey-refused");

  // That of one ceremony in another: of two sign-ins, of a reauthentication, of an enrolment.
  const auto first = api_.login_as("alice");
  const auto second = api_.login_as("alice");
  const auto of_first = options({{"transaction", first.text("transaction")}});
  EXPECT_EQ(second_step(second.text("transaction"), shown_by(key_, of_first)).slug(), "/problems/passkey-refused");
  const auto again = api_.send(http::Method::post, "/v1/reauthenticate/options", api_.strong_bearer(alice_));
  EXPECT_EQ(second_step(second.text("transaction"), shown_by(key_, again)).slug(), "/problems/passkey-refused");
  const auto enrolment = api_.send(http::Method::post, "/v1/factors/webauthn/options", api_.strong_bearer(alice_));
  EXPECT_EQ(second_step(second.text("transaction"), shown_by(key_, enrolment)).slug(), "/problems/passkey-refused");
  EXPECT_EQ(second_step(first.text("transaction"), shown_by(key_, of_first)).status, 200U);
}

TEST_F(PasskeyApi, M07_the_user_handle_has_to_be_that_of_the_credentials_account) {
  const auto bobby = api_.register_account("bobby");
  ASSERT_EQ(enrol(key_, ApiStack::bearer(api_.login_as("alice"))).status, 201U);
  for (const std::string& handle : {std::string(bobby.id.bytes()), std::string("x"), std::string()}) {
    const auto asked = options();
    EXPECT_EQ(sign_in(asked, shown_by(key_, asked, handle)).slug(), "/problems/passkey-refused");
  }
}

TEST_F(PasskeyApi, M07_a_passkey_of_somebody_else_is_no_second_step) {
  api_.register_account("bobby");
  SoftwareAuthenticator of_bobby;
  ASSERT_EQ(enrol(key_, ApiStack::bearer(api_.login_as("alice"))).status, 201U);
  ASSERT_EQ(enrol(of_bobby, ApiStack::bearer(api_.login_as("bobby"))).status, 201U);
  const auto login = api_.login_as("alice");
  const auto asked = options({{"transaction", login.text("transaction")}});
  EXPECT_EQ(second_step(login.text("transaction"), shown_by(of_bobby, asked)).slug(), "/problems/passkey-refused");
  const SoftwareAuthenticator unknown;
  auto forged = shown_by(key_, asked);
  forged["id"] = base::base64url_encode(unknown.credential_id());
  EXPECT_EQ(second_step(login.text("transaction"), forged).slug(), "/problems/passkey-refused");
}

// Two copies of one key: the older one's counter is behind.
TEST_F(PasskeyApi, a_counter_that_goes_back_is_refused) {
  key_.counter = 10;
  ASSERT_EQ(enrol(key_, ApiStack::bearer(api_.login_as("alice"))).status, 201U);
  key_.counter = 9;
  auto asked = options();
  EXPECT_EQ(sign_in(asked, shown_by(key_, asked, handle_)).slug(), "/problems/passkey-refused");  // 10 again
  EXPECT_TRUE(api_.log.contains("counter_went_back"));
  EXPECT_EQ(events("factor.failed"), 1);
  EXPECT_EQ(events("sign_in.failed"), 1);
  const auto strong = api_.strong_bearer(alice_);
  asked = api_.send(http::Method::post, "/v1/reauthenticate/options", strong);
  key_.counter = 5;
  EXPECT_EQ(api_.post("/v1/reauthenticate", {{"credential", shown_by(key_, asked)}}, strong).slug(),
            "/problems/passkey-refused");
  EXPECT_EQ(events("sign_in.reauthentication_failed"), 1);
  key_.counter = 10;
  asked = options();
  EXPECT_EQ(sign_in(asked, shown_by(key_, asked, handle_)).status, 200U);  // 11
}

TEST_F(PasskeyApi, M04_five_refused_answers_end_the_sign_in) {
  ASSERT_EQ(enrol(key_, ApiStack::bearer(api_.login_as("alice"))).status, 201U);
  const auto login = api_.login_as("alice");
  const auto asked = options({{"transaction", login.text("transaction")}});
  const auto absent = [](Ceremony& c) { c.user_present = false; };
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(second_step(login.text("transaction"), shown_by(key_, asked, "", absent)).status, 400U);
  }
  EXPECT_EQ(second_step(login.text("transaction"), shown_by(key_, asked)).slug(), "/problems/sign-in-ended");
  EXPECT_EQ(options({{"transaction", login.text("transaction")}}).slug(), "/problems/sign-in-ended");
}

// M08: the request names nobody, so the answer can't tell who has an account.
TEST_F(PasskeyApi, M08_the_options_are_the_same_whoever_asks_and_take_no_name) {
  const auto before = options();
  ASSERT_EQ(enrol(key_, ApiStack::bearer(api_.login_as("alice"))).status, 201U);
  const auto after = options();
  const auto without_challenge = [](const Reply& reply) {
    auto wanted = reply.json().at("public_key").as_object();
    wanted.erase("challenge");
    return boost::json::serialize(wanted);
  };
  EXPECT_EQ(without_challenge(before), without_challenge(after));
  EXPECT_EQ(before.raw.body.size(), after.raw.body.size());
  EXPECT_NE(before.text("transaction"), after.text("transaction"));
  for (const char* name : {"username", "email", "user"}) {
    EXPECT_EQ(options({{name, "alice"}}).fields(), name);
  }
}

TEST_F(PasskeyApi, a_disabled_account_does_not_sign_in_with_a_passkey) {
  ASSERT_EQ(enrol(key_, ApiStack::bearer(api_.login_as("alice"))).status, 201U);
  ASSERT_TRUE(test::run_on_loop(api_.administration.disable(alice_.id, IdentityStack::caller())));
  const auto asked = options();
  EXPECT_EQ(sign_in(asked, shown_by(key_, asked, handle_)).slug(), "/problems/passkey-refused");
}

TEST_F(PasskeyApi, M06_an_enrolment_belongs_to_its_session_and_a_key_to_one_account) {
  const auto first = ApiStack::bearer(api_.login_as("alice"));
  const auto second = ApiStack::bearer(api_.login_as("alice"));
  const auto of_first = api_.send(http::Method::post, "/v1/factors/webauthn/options", first);
  const boost::json::object body{{"name", "laptop"}, {"credential", made_with(key_, of_first, {})}};
  EXPECT_EQ(api_.post("/v1/factors/webauthn", body, second).slug(), "/problems/passkey-refused");
  ASSERT_EQ(api_.post("/v1/factors/webauthn", body, first).status, 201U);
  EXPECT_EQ(api_.post("/v1/factors/webauthn", body, first).status, 401U);  // one factor is not enough any more
  const auto strong = api_.strong_bearer(alice_);
  EXPECT_EQ(enrol(key_, strong).slug(), "/problems/passkey-refused");  // the same key twice
  api_.register_account("bobby");
  EXPECT_EQ(enrol(key_, ApiStack::bearer(api_.login_as("bobby"))).slug(), "/problems/passkey-refused");
  const auto excluded = api_.send(http::Method::post, "/v1/factors/webauthn/options", strong);
  EXPECT_EQ(excluded.json().at("public_key").as_object().at("excludeCredentials").as_array().size(), 1U);
}

TEST_F(PasskeyApi, M07_an_enrolment_that_is_not_exactly_right_is_refused) {
  const auto who = ApiStack::bearer(api_.login_as("alice"));
  const std::pair<const char*, Change> attacks[] = {
      {"origin", [](Ceremony& c) { c.origin = "https://evil.app.example"; }},
      {"relying party", [](Ceremony& c) { c.relying_party = "example"; }},
      {"challenge", [](Ceremony& c) { c.challenge = std::string(40, 'x'); }},
      {"cross origin", [](Ceremony& c) { c.cross_origin = "true"; }},
      {"type", [](Ceremony& c) { c.type = "webauthn.get"; }},
  };
  for (const auto& [name, change] : attacks) {
    EXPECT_EQ(enrol(key_, who, change).slug(), "/problems/passkey-refused") << name;
  }
  EXPECT_EQ(enrol(key_, who).status, 201U);
}

TEST_F(PasskeyApi, a_touch_makes_the_session_fresh) {
  const auto login = api_.login_as("alice");
  ASSERT_EQ(enrol(key_, ApiStack::bearer(login)).status, 201U);
  api_.clock.advance(6min);
  const auto asked = api_.send(http::Method::post, "/v1/reauthenticate/options", ApiStack::bearer(login));
  ASSERT_EQ(asked.status, 200U);
  const auto renewed =
      api_.post("/v1/reauthenticate", {{"credential", shown_by(key_, asked)}}, ApiStack::bearer(login));
  ASSERT_EQ(renewed.status, 200U) << renewed.raw.body;
  EXPECT_EQ(api_.post("/v1/factors/totp", {{"name", "phone"}}, ApiStack::bearer(renewed)).status, 201U);
  // Of another session it is nothing.
  const auto other = api_.strong_bearer(alice_);
  const auto of_other = api_.send(http::Method::post, "/v1/reauthenticate/options", other);
  EXPECT_EQ(api_.post("/v1/reauthenticate", {{"method", "webauthn"}, {"credential", shown_by(key_, of_other)}},
                      ApiStack::bearer(renewed))
                .slug(),
            "/problems/passkey-refused");
}

// RFC 9470: `acr` and `auth_time` are of one sign-in, not the best of one and the time of another.
TEST_F(PasskeyApi, M06_a_code_makes_no_fresh_passkey_of_one_that_was_shown_before) {
  const auto login = api_.login_as("alice");
  const auto codes = enrol(key_, ApiStack::bearer(login)).json().at("codes").as_array();
  const auto asked = options();
  const auto done = sign_in(asked, shown_by(key_, asked, handle_));
  EXPECT_EQ(api_.get("/v1/me", ApiStack::bearer(done)).text("acr"), "phr");
  const auto by_code =
      api_.post("/v1/reauthenticate", {{"method", "recovery_code"}, {"code", codes.at(0)}}, ApiStack::bearer(done));
  ASSERT_EQ(by_code.status, 200U) << by_code.raw.body;
  EXPECT_EQ(amr_of(by_code), R"(["otp","mfa"])");
  EXPECT_EQ(api_.get("/v1/me", ApiStack::bearer(by_code)).text("acr"), "urn:gatehouse:acr:2fa");
  // And back, with the passkey.
  const auto again = api_.send(http::Method::post, "/v1/reauthenticate/options", ApiStack::bearer(by_code));
  const auto shown =
      api_.post("/v1/reauthenticate", {{"credential", shown_by(key_, again)}}, ApiStack::bearer(by_code));
  EXPECT_EQ(api_.get("/v1/me", ApiStack::bearer(shown)).text("acr"), "phr");
}

// `phr` of an account that has no passkey any more would pass for months where a passkey is asked for.
TEST_F(PasskeyApi, M06_with_the_last_passkey_ends_the_session_that_was_one_of_a_passkey) {
  const auto login = api_.login_as("alice");
  const auto added = enrol(key_, ApiStack::bearer(login));
  const std::string id(added.json().at("factor").as_object().at("id").as_string());
  const auto asked = options();
  const auto done = sign_in(asked, shown_by(key_, asked, handle_));
  const auto who = ApiStack::bearer(done);
  const auto begun = api_.post("/v1/factors/totp", {{"name", "phone"}}, who);
  const FakeApp app(begun.text("secret"));
  ASSERT_EQ(api_.post("/v1/factors/totp/" + begun.text("id") + "/confirm", {{"code", app.code(api_.clock.now())}}, who)
                .status,
            201U);
  EXPECT_EQ(api_.send(http::Method::delete_, "/v1/factors/" + id, who).status, 204U);
  EXPECT_EQ(api_.get("/v1/me", who).status, 401U);
  EXPECT_EQ(boost::json::serialize(api_.login_as("alice").json().at("methods")), R"(["totp","recovery_code"])");
}

TEST_F(PasskeyApi, a_body_that_holds_no_credential_says_so) {
  const auto asked = options();
  const boost::json::value bodies[] = {nullptr, 7, boost::json::object{},
                                       boost::json::object{{"type", "password"}, {"id", "AAAA"}},
                                       boost::json::object{{"type", "public-key"}, {"id", "A+/="}, {"response", 3}}};
  for (const auto& credential : bodies) {
    const auto reply =
        api_.post("/v1/login/webauthn", {{"transaction", asked.text("transaction")}, {"credential", credential}});
    EXPECT_EQ(reply.status, 400U);
    EXPECT_EQ(reply.fields(), "credential");
  }
}

}  // namespace
}  // namespace gatehouse::identity
