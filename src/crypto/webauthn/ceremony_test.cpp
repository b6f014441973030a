#include "crypto/webauthn/ceremony.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <string_view>

#include "tests/support/software_authenticator.hpp"

namespace gatehouse::crypto::webauthn {
namespace {

using test::SoftwareAuthenticator;
using Ceremony = SoftwareAuthenticator::Ceremony;

const std::string kChallenge = "the challenge that was given out";
const RelyingParty kUs{.id = "app.example", .origins = {"https://app.example", "https://login.app.example"}};

Expected expected(bool user_verified = true) {
  return {.relying_party = kUs, .challenge = kChallenge, .user_verified = user_verified};
}

class CeremonyTest : public ::testing::TestWithParam<SoftwareAuthenticator::Algorithm> {
 protected:
  SoftwareAuthenticator authenticator_{GetParam()};
};
INSTANTIATE_TEST_SUITE_P(EveryAlgorithm, CeremonyTest,
                         ::testing::Values(SoftwareAuthenticator::Algorithm::es256,
                                           SoftwareAuthenticator::Algorithm::eddsa,
                                           SoftwareAuthenticator::Algorithm::rs256));

TEST_P(CeremonyTest, a_credential_that_was_registered_signs) {
  const auto made = verify_registration(authenticator_.create({.challenge = kChallenge}), expected());
  ASSERT_TRUE(made) << to_string(made.error());
  EXPECT_EQ(made->id, authenticator_.credential_id());
  EXPECT_EQ(made->public_key, authenticator_.cose_key());
  EXPECT_TRUE(made->user_verified);
  EXPECT_FALSE(made->backup_eligible);
  authenticator_.counter = 41;
  const auto shown = verify_assertion(
      authenticator_.get({.challenge = kChallenge, .origin = "https://login.app.example", .backup_eligible = true}),
      made->public_key, expected());
  ASSERT_TRUE(shown) << to_string(shown.error());
  EXPECT_EQ(shown->sign_count, 42U);
  EXPECT_TRUE(shown->backup_eligible);
}

TEST_P(CeremonyTest, M07_a_signature_counts_for_what_was_signed_by_whom) {
  const auto answer = authenticator_.get({.challenge = kChallenge});
  const SoftwareAuthenticator other(GetParam());
  EXPECT_EQ(verify_assertion(answer, other.cose_key(), expected()).error(), Refused::wrong_signature);
  auto counted_up = answer;
  counted_up.authenticator_data.back() = '\x7F';
  EXPECT_EQ(verify_assertion(counted_up, authenticator_.cose_key(), expected()).error(), Refused::wrong_signature);
  auto spaced = answer;
  spaced.client_data_json += " ";
  EXPECT_EQ(verify_assertion(spaced, authenticator_.cose_key(), expected()).error(), Refused::wrong_signature);
  for (const std::string& signature :
       {std::string(), answer.signature + "x", std::string(64, '\0'), answer.signature.substr(1),
        std::string("\x30\x06\x02\x01\x00\x02\x01\x00", 8)}) {
    auto forged = answer;
    forged.signature = signature;
    EXPECT_EQ(verify_assertion(forged, authenticator_.cose_key(), expected()).error(), Refused::wrong_signature);
  }
}

struct Attack {
  const char* name;
  std::function<void(Ceremony&)> make;
  Refused refused;
};

class M07 : public ::testing::TestWithParam<Attack> {};
INSTANTIATE_TEST_SUITE_P(
    Attacks, M07,
    ::testing::Values(
        Attack{"origin_of_a_subdomain", [](Ceremony& c) { c.origin = "https://evil.app.example"; },
               Refused::wrong_origin},
        Attack{"origin_with_our_name_as_its_end", [](Ceremony& c) { c.origin = "https://notapp.example"; },
               Refused::wrong_origin},
        Attack{"origin_with_our_name_as_its_beginning",
               [](Ceremony& c) { c.origin = "https://app.example.evil.example"; }, Refused::wrong_origin},
        Attack{"origin_without_tls", [](Ceremony& c) { c.origin = "http://app.example"; }, Refused::wrong_origin},
        Attack{"origin_on_another_port", [](Ceremony& c) { c.origin = "https://app.example:8443"; },
               Refused::wrong_origin},
        Attack{"origin_in_other_letters", [](Ceremony& c) { c.origin = "https://APP.example"; }, Refused::wrong_origin},
        Attack{"origin_null", [](Ceremony& c) { c.origin = "null"; }, Refused::wrong_origin},
        Attack{"relying_party_of_another_site", [](Ceremony& c) { c.relying_party = "evil.example"; },
               Refused::wrong_relying_party},
        Attack{"relying_party_above_ours", [](Ceremony& c) { c.relying_party = "example"; },
               Refused::wrong_relying_party},
        Attack{"another_challenge", [](Ceremony& c) { c.challenge = "the challenge of another ceremony"; },
               Refused::wrong_challenge},
        Attack{"no_challenge", [](Ceremony& c) { c.challenge.clear(); }, Refused::wrong_challenge},
        Attack{"user_not_verified", [](Ceremony& c) { c.user_verified = false; }, Refused::user_not_verified},
        Attack{"user_absent", [](Ceremony& c) { c.user_present = false; }, Refused::user_absent},
        Attack{"cross_origin", [](Ceremony& c) { c.cross_origin = "true"; }, Refused::cross_origin},
        Attack{"an_outer_page", [](Ceremony& c) { c.cross_origin = R"(false,"topOrigin":"https://evil.example")"; },
               Refused::cross_origin},
        Attack{"cross_origin_in_words", [](Ceremony& c) { c.cross_origin = R"("false")"; },
               Refused::malformed_client_data},
        Attack{"wrong_type", [](Ceremony& c) { c.type = "payment.get"; }, Refused::wrong_type},
        Attack{"backed_up_and_not_eligible", [](Ceremony& c) { c.backed_up = true; }, Refused::inconsistent_backup},
        Attack{"two_origins_in_one",
               [](Ceremony& c) { c.origin = R"(https://app.example","origin":"https://evil.example)"; },
               Refused::malformed_client_data}),
    [](const auto& info) { return std::string(info.param.name); });

TEST_P(M07, is_refused_in_an_assertion_and_in_a_registration) {
  SoftwareAuthenticator authenticator;
  Ceremony ceremony{.challenge = kChallenge};
  GetParam().make(ceremony);
  const auto shown = verify_assertion(authenticator.get(ceremony), authenticator.cose_key(), expected());
  ASSERT_FALSE(shown);
  EXPECT_EQ(to_string(shown.error()), to_string(GetParam().refused));
  const auto made = verify_registration(authenticator.create(ceremony), expected());
  ASSERT_FALSE(made);
  EXPECT_EQ(to_string(made.error()), to_string(GetParam().refused));
}

TEST(Ceremony, M07_an_assertion_is_no_registration_and_the_other_way_round) {
  SoftwareAuthenticator authenticator;
  const auto swapped_get = authenticator.get({.challenge = kChallenge, .type = "webauthn.create"});
  EXPECT_EQ(verify_assertion(swapped_get, authenticator.cose_key(), expected()).error(), Refused::wrong_type);
  const auto swapped_create = authenticator.create({.challenge = kChallenge, .type = "webauthn.get"});
  EXPECT_EQ(verify_registration(swapped_create, expected()).error(), Refused::wrong_type);
}

TEST(Ceremony, a_touch_is_enough_where_nobody_has_to_be_verified) {
  SoftwareAuthenticator authenticator;
  const Ceremony touch{.challenge = kChallenge, .user_verified = false};
  const auto made = verify_registration(authenticator.create(touch), expected(false));
  ASSERT_TRUE(made);
  EXPECT_FALSE(made->user_verified);
  EXPECT_TRUE(verify_assertion(authenticator.get(touch), made->public_key, expected(false)));
}

std::string from_hex(std::string_view hex) {
  const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  std::string out;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    out.push_back(static_cast<char>(digit(hex[i]) * 16 + digit(hex[i + 1])));
  }
  return out;
}

// The standard's own test vectors (W3C WebAuthn level 3, section 16.2): a credential without attestation, and its
// assertion.
TEST(Ceremony, takes_the_standards_own_vectors) {
  const RelyingParty example{.id = "example.org", .origins = {"https://example.org"}};
  const RegistrationAnswer registration{
      .client_data_json = from_hex(
          "7b2274797065223a22776562617574686e2e637265617465222c226368616c6c656e6765223a22414d4d507434557878475453746e"
          "63647134313759447742466938767049612d7077386f4f755657345441222c226f726967696e223a2268747470733a2f2f6578616d"
          "706c652e6f7267222c2263726f73734f726967696e223a66616c73652c22657874726144617461223a22636c69656e74446174614a"
          "534f4e206d617920626520657874656e6465642077697468206164646974696f6e616c206669656c647320696e2074686520667574"
          "7572652c207375636820617320746869733a20426b5165446a646354427258426941774a544c453551227d"),
      .attestation_object = from_hex(
          "a363666d74646e6f6e656761747453746d74a068617574684461746158a4bfabc37432958b063360d3ad6461c9c4735ae7f8edd465"
          "92a5e0f01452b2e4b559000000008446ccb9ab1db374750b2367ff6f3a1f0020f91f391db4c9b2fde0ea70189cba3fb63f579ba612"
          "2b33ad94ff3ec330084be4a5010203262001215820afefa16f97ca9b2d23eb86ccb64098d20db90856062eb249c33a9b672f26df61"
          "225820930a56b87a2fca66334b03458abf879717c12cc68ed73290af2e2664796b9220")};
  const auto first = from_hex("00c30fb78531c464d2b6771dab8d7b603c01162f2fa486bea70f283ae556e130");
  const auto made = verify_registration(registration, {.relying_party = example, .challenge = first});
  ASSERT_TRUE(made) << to_string(made.error());
  EXPECT_EQ(made->id, from_hex("f91f391db4c9b2fde0ea70189cba3fb63f579ba6122b33ad94ff3ec330084be4"));
  EXPECT_TRUE(made->backup_eligible);

  const AssertionAnswer assertion{
      .client_data_json = from_hex(
          "7b2274797065223a22776562617574686e2e676574222c226368616c6c656e6765223a224f63446e55685158756c5455506f334a55"
          "58543049393770767a7a59425039745a63685879617630314167222c226f726967696e223a2268747470733a2f2f6578616d706c65"
          "2e6f7267222c2263726f73734f726967696e223a66616c73657d"),
      .authenticator_data = from_hex("bfabc37432958b063360d3ad6461c9c4735ae7f8edd46592a5e0f01452b2e4b51900000000"),
      .signature = from_hex(
          "3046022100f50a4e2e4409249c4a853ba361282f09841df4dd4547a13a87780218deffcd380221008480ac0f0b93538174f575bf11"
          "a1dd5d78c6e486013f937295ea13653e331e87")};
  const auto second = from_hex("39c0e7521417ba54d43e8dc95174f423dee9bf3cd804ff6d65c857c9abf4d408");
  const auto shown = verify_assertion(assertion, made->public_key, {.relying_party = example, .challenge = second});
  ASSERT_TRUE(shown) << to_string(shown.error());
  EXPECT_EQ(verify_assertion(assertion, made->public_key, {.relying_party = example, .challenge = first}).error(),
            Refused::wrong_challenge);
}

}  // namespace
}  // namespace gatehouse::crypto::webauthn
