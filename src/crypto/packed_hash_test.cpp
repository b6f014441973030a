#include "crypto/packed_hash.hpp"

#include <gtest/gtest.h>

#include <string>

#include "crypto/password.hpp"

namespace gatehouse::crypto {
namespace {

struct Case {
  const char* name;
  std::string stored;
  std::size_t bytes;  // packed
};

void PrintTo(const Case& one, std::ostream* out) { *out << one.name; }

const std::string kTag43 = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";  // 32 bytes

class PackedHash : public ::testing::TestWithParam<Case> {};

TEST_P(PackedHash, comes_back_letter_by_letter_in_the_bytes_that_are_said) {
  const auto packed = pack_password_hash(GetParam().stored);
  EXPECT_EQ(packed.size(), GetParam().bytes);
  EXPECT_EQ(unpack_password_hash(packed), GetParam().stored);
}

const Case kCases[] = {
    {"argon2id", "$argon2id$v=19$m=19456,t=2,p=1$AAECAwQFBgcICQoLDA0ODw$" + kTag43, 55},
    {"argon2i", "$argon2i$v=19$m=65536,t=3,p=4$c2FsdHNhbHRzYWx0$" + kTag43, 1 + 3 + 1 + 1 + 1 + 12 + 32},
    {"bcrypt_a", "$2a$04$" + std::string(22, '.') + std::string(31, '9'), 42},
    {"bcrypt_b", "$2b$12$abcdefghijklmnopqrstuuABCDEFGHIJKLMNOPQRSTUVWXYZ01234", 42},
    {"bcrypt_y", "$2y$31$" + std::string(53, '/'), 42},
    {"scrypt", "$scrypt$ln=16,r=8,p=1$AAECAwQFBgcICQoLDA0ODw$" + kTag43, 53},
    {"pbkdf2_sha256", "$pbkdf2-sha256$29000$N2YMIWQsBWBMae09x1jrPQ$1t8iyB2A.WF/Z5JZv.lfCIhXXN33N23OSgQYThBYRfk", 53},
    {"pbkdf2_sha512", "$pbkdf2-sha512$25000$AAECAwQFBgcICQoLDA0ODw$" + std::string(86, 'A'), 85},
    {"django", "pbkdf2_sha256$600000$aSaltOfLetters$" + kTag43 + "=", 1 + 3 + 1 + 14 + 32},
    // One byte more than the text.
    {"crypt_scrypt", "$7$C6..../....SodiumChloride$kBGj9fHznVYFQMEn/qDCfrDevf9YDtcDdKvEqHJLV8D", 73},
    {"no_password", "*", 2},
    {"empty", "", 1},
    {"unknown", "$1$abcdefgh$0123456789012345678901", 35},
    {"bcrypt_x", "$2x$12$" + std::string(53, '.'), 61},
    {"bcrypt_of_another_alphabet", "$2b$12$" + std::string(52, '.') + "+", 61},
    {"leading_zero", "$argon2id$v=19$m=019456,t=2,p=1$AAECAwQFBgcICQoLDA0ODw$" + kTag43, 99},
    {"number_too_big", "$pbkdf2-sha256$4294967296$AAEC$" + kTag43, 32 + 43},
    {"loose_last_bits", "$argon2id$v=19$m=19456,t=2,p=1$AAECAwQFBgcICQoLDA0ODw$" + kTag43.substr(0, 42) + "9", 98},
    {"padded", "$argon2id$v=19$m=19456,t=2,p=1$AAECAwQFBgcICQoLDA0ODw$" + kTag43 + "=", 99},
    {"cut", "$argon2id$v=19$m=19456,t=2,p=1", 31},
    {"holds_nul", std::string("$argon2id$\0", 11), 12},
    {"long", "pbkdf2_sha256$1$" + std::string(600, 's') + "$" + kTag43 + "=", 662},
};
INSTANTIATE_TEST_SUITE_P(Forms, PackedHash, ::testing::ValuesIn(kCases),
                         [](const auto& one) { return one.param.name; });

TEST(PackedHashes, what_the_hasher_makes_is_packed) {
  for (const auto kind : {PasswordCost::Kind::argon2id, PasswordCost::Kind::bcrypt}) {
    const PasswordHasher hasher({.kind = kind, .memory_kib = 8, .iterations = 1, .bcrypt_cost = 4});
    const auto stored = *hasher.hash(base::Secret(std::string_view("correct horse")));
    const auto packed = pack_password_hash(stored);
    EXPECT_LE(packed.size(), 55U);
    EXPECT_EQ(unpack_password_hash(packed), stored);
  }
}

TEST(PackedHashes, damaged_bytes_are_no_hash) {
  const auto packed = pack_password_hash(kCases[0].stored);
  EXPECT_FALSE(unpack_password_hash(""));
  EXPECT_FALSE(unpack_password_hash(packed.substr(0, 1)));
  EXPECT_FALSE(unpack_password_hash(packed.substr(0, 6)));
  EXPECT_FALSE(unpack_password_hash(packed.substr(0, 20))) << "less than the salt";
  EXPECT_FALSE(unpack_password_hash("\x01\xff\xff\xff\xff\xff\x01")) << "a number of more than 32 bits";
  EXPECT_FALSE(unpack_password_hash("\x7fwhatever"));
  const auto bcrypt = pack_password_hash(kCases[3].stored);
  EXPECT_FALSE(unpack_password_hash(bcrypt.substr(0, 1)));
  EXPECT_FALSE(unpack_password_hash(bcrypt.substr(0, 41)));
  EXPECT_FALSE(unpack_password_hash(bcrypt + "x"));
}

}  // namespace
}  // namespace gatehouse::crypto
