#include <gtest/gtest.h>

#include <string>

#include "crypto/webauthn/attestation_object.hpp"
#include "crypto/webauthn/authenticator_data.hpp"
#include "crypto/webauthn/cbor.hpp"
#include "crypto/webauthn/client_data.hpp"
#include "crypto/webauthn/cose_key.hpp"
#include "tests/support/software_authenticator.hpp"

namespace gatehouse::crypto::webauthn {
namespace {

using namespace std::string_literals;

TEST(Cbor, reads_what_ctap2_writes) {
  const auto input =
      "\x00\x17\x18\x18\x19\x01\x00\x20\x38\x63\x42"
      "ab"
      "\x61"
      "c"
      "\xA1\x01\x02"s;
  CborReader reader(input);
  EXPECT_EQ(reader.integer(), 0);
  EXPECT_EQ(reader.integer(), 23);
  EXPECT_EQ(reader.integer(), 24);
  EXPECT_EQ(reader.integer(), 256);
  EXPECT_EQ(reader.integer(), -1);
  EXPECT_EQ(reader.integer(), -100);
  EXPECT_EQ(reader.bytes(), "ab");
  EXPECT_EQ(reader.text(), "c");
  EXPECT_EQ(reader.map(), 1U);
  EXPECT_TRUE(reader.skip());
  EXPECT_TRUE(reader.skip());
  EXPECT_TRUE(reader.at_end());
}

TEST(Cbor, believes_no_length_that_the_bytes_do_not_bear_out) {
  const std::string inputs[] = {"",
                                "\x18"s,                                  // cut off
                                "\x58\xFF"s,                              // 255 bytes, and none there
                                "\x5B\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFF"s,  // exbibytes
                                "\x9A\xFF\xFF\xFF\xFF"s,                  // four thousand million elements
                                "\xBB\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"s,
                                "\x5F\x41\x61\xFF"s,                // indefinite length
                                "\x1C"s,                            // reserved
                                "\xC0\x00"s,                        // a tag
                                std::string(6, '\x81') + "\x00"s};  // six levels deep
  for (const auto& input : inputs) {
    EXPECT_FALSE(CborReader(input).skip());
    EXPECT_FALSE(CborReader(input).map());
  }
  EXPECT_TRUE(CborReader(std::string(4, '\x81') + "\x00"s).skip());
}

TEST(Cbor, once_failed_reads_nothing_more) {
  CborReader reader("\x61\x61\x01");
  EXPECT_FALSE(reader.integer());
  EXPECT_TRUE(reader.failed());
  EXPECT_FALSE(reader.integer());
  EXPECT_FALSE(reader.at_end());
}

TEST(AuthenticatorData, every_cut_and_every_addition_is_malformed) {
  const test::SoftwareAuthenticator authenticator;
  const auto whole = authenticator.authenticator_data({}, true);
  ASSERT_TRUE(parse_authenticator_data(whole));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(parse_authenticator_data(whole.substr(0, size))) << size;
  }
  EXPECT_FALSE(parse_authenticator_data(whole + "\x00"s));
  auto extended = whole;
  extended[32] = static_cast<char>(static_cast<unsigned char>(extended[32]) | 0x80U);
  EXPECT_FALSE(parse_authenticator_data(extended));
  EXPECT_FALSE(parse_authenticator_data(extended + "\x01"s));  // extensions that are no map
  EXPECT_TRUE(parse_authenticator_data(extended + "\xA1\x61x\x01"s));
}

TEST(AuthenticatorData, a_credential_id_has_1_to_1023_bytes) {
  const auto fixed = std::string(32, 'h') + "\x41\x00\x00\x00\x01"s + std::string(16, '\0');
  EXPECT_FALSE(parse_authenticator_data(fixed + "\x00\x00\xA0"s));
  EXPECT_TRUE(parse_authenticator_data(fixed + "\x03\xFF"s + std::string(1'023, 'i') + "\xA0"s));
  EXPECT_FALSE(parse_authenticator_data(fixed + "\x04\x00"s + std::string(1'024, 'i') + "\xA0"s));
}

// Four levels in all (CTAP2 section 8): the object, its statement, and two within.
TEST(AttestationObject, a_statement_counts_the_object_it_stands_in) {
  const auto nested = [](std::size_t levels) {
    return "\xA3\x63"
           "fmt"
           "\x66"
           "packed"
           "\x67"
           "attStmt"
           "\xA1\x01"s +
           std::string(levels, '\x81') +
           "\x00\x68"
           "authData"
           "\x41"
           "x"s;
  };
  EXPECT_TRUE(parse_attestation_object(nested(2)));
  EXPECT_EQ(parse_attestation_object(nested(3)).error(), Refused::malformed_attestation);
}

TEST(AttestationObject, has_its_three_members_once_and_nothing_behind) {
  const auto none =
      "\xA3\x63"s
      "fmt"
      "\x64"
      "none"
      "\x67"
      "attStmt"
      "\xA0"
      "\x68"
      "authData"
      "\x41"
      "x"s;
  const auto read = parse_attestation_object(none);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->format, "none");
  EXPECT_EQ(read->authenticator_data, "x");
  EXPECT_FALSE(parse_attestation_object(none + "\x00"s));
  const auto twice =
      "\xA3\x63"s
      "fmt"
      "\x64"
      "none"
      "\x63"
      "fmt"
      "\x64"
      "none"
      "\x68"
      "authData"
      "\x41"
      "x"s;
  EXPECT_EQ(parse_attestation_object(twice).error(), Refused::malformed_attestation);
  const auto stated =
      "\xA3\x63"s
      "fmt"
      "\x64"
      "none"
      "\x67"
      "attStmt"
      "\xA1\x01\x02"
      "\x68"
      "authData"
      "\x41"
      "x"s;
  EXPECT_EQ(parse_attestation_object(stated).error(), Refused::wrong_attestation);
  const auto packed =
      "\xA3\x63"s
      "fmt"
      "\x66"
      "packed"
      "\x67"
      "attStmt"
      "\xA1\x63"
      "alg\x26"
      "\x68"
      "authData"
      "\x41"
      "x"s;
  EXPECT_EQ(parse_attestation_object(packed)->format, "packed");
  for (std::size_t size = 0; size < none.size(); ++size) EXPECT_FALSE(parse_attestation_object(none.substr(0, size)));
}

TEST(CoseKey, M07_takes_only_keys_of_full_strength_and_on_their_curve) {
  for (const auto algorithm :
       {test::SoftwareAuthenticator::Algorithm::es256, test::SoftwareAuthenticator::Algorithm::eddsa,
        test::SoftwareAuthenticator::Algorithm::rs256}) {
    const auto good = test::SoftwareAuthenticator(algorithm).cose_key();
    ASSERT_TRUE(CoseKey::parse(good));
    EXPECT_FALSE(CoseKey::parse(good + "\x00"s));
    for (std::size_t size = 0; size < good.size(); ++size) EXPECT_FALSE(CoseKey::parse(good.substr(0, size)));
  }
  const auto off_curve =
      "\xA5\x01\x02\x03\x26\x20\x01\x21\x58\x20"s + std::string(32, '\x01') + "\x22\x58\x20"s + std::string(32, '\x01');
  EXPECT_EQ(CoseKey::parse(off_curve).error(), Refused::malformed_key);
  // A key of one kind that names the algorithm of another; RSA of 512 bits; an algorithm nobody asked for.
  EXPECT_EQ(CoseKey::parse("\xA4\x01\x01\x03\x26\x20\x06\x21\x58\x20"s + std::string(32, 'x')).error(),
            Refused::malformed_key);
  EXPECT_EQ(
      CoseKey::parse("\xA4\x01\x03\x03\x39\x01\x00\x20\x58\x40"s + std::string(64, '\xFF') + "\x21\x43\x01\x00\x01"s)
          .error(),
      Refused::malformed_key);
  EXPECT_EQ(CoseKey::parse("\xA2\x01\x02\x03\x38\x22"s).error(), Refused::unsupported_algorithm);  // ES384
  EXPECT_EQ(CoseKey::parse("\xA2\x03\x26\x03\x26"s).error(), Refused::malformed_key);              // twice
  EXPECT_EQ(CoseKey::parse("\xA0"s).error(), Refused::malformed_key);
}

TEST(ClientData, is_one_object_that_says_everything_once) {
  const std::string good = R"({"type":"webauthn.get","challenge":"AAAA","origin":"https://a.example"})";
  ASSERT_TRUE(parse_client_data(good));
  EXPECT_EQ(parse_client_data(good)->challenge, std::string(3, '\0'));
  EXPECT_FALSE(parse_client_data(good)->cross_origin);
  EXPECT_TRUE(parse_client_data(R"({"type":"t","challenge":"","origin":"o","crossOrigin":true})")->cross_origin);
  const std::string inputs[] = {"",
                                "[]",
                                good + good,
                                good + "\x00"s,
                                R"({"type":"webauthn.get","challenge":"AAAA"})",
                                R"({"type":"webauthn.get","origin":"https://a.example"})",
                                R"({"type":1,"challenge":"AAAA","origin":"https://a.example"})",
                                R"({"type":"t","challenge":"AA==","origin":"o"})",
                                R"({"type":"t","challenge":"A+/A","origin":"o"})",
                                R"({"type":"t","challenge":"AAAA","challenge":"BBBB","origin":"o"})",
                                R"({"type":"t","challenge":"AAAA","origin":"o","crossOrigin":null})",
                                std::string(5'000, ' ') + good};
  for (const auto& input : inputs) EXPECT_FALSE(parse_client_data(input)) << input;
}

}  // namespace
}  // namespace gatehouse::crypto::webauthn
