#include "platform/base/encoding.hpp"

#include <gtest/gtest.h>

#include <string>

namespace gatehouse::base {
namespace {

TEST(Base64url, encodes_the_vectors_of_rfc_4648_without_padding) {
  EXPECT_EQ(base64url_encode(""), "");
  EXPECT_EQ(base64url_encode("f"), "Zg");
  EXPECT_EQ(base64url_encode("fo"), "Zm8");
  EXPECT_EQ(base64url_encode("foo"), "Zm9v");
  EXPECT_EQ(base64url_encode("foob"), "Zm9vYg");
  EXPECT_EQ(base64url_encode("fooba"), "Zm9vYmE");
  EXPECT_EQ(base64url_encode("foobar"), "Zm9vYmFy");
  EXPECT_EQ(base64url_encode("\xfb\xff\xbf"), "-_-_");
}

TEST(Base64url, every_byte_survives_at_every_length) {
  std::string bytes;
  for (int i = 0; i < 300; ++i) {
    const auto back = base64url_decode(base64url_encode(bytes));
    ASSERT_TRUE(back.has_value()) << i;
    ASSERT_EQ(*back, bytes);
    bytes.push_back(static_cast<char>(255 - i));
  }
}

// T13: many texts for one token would let a revoked or cached one come back in another spelling.
TEST(Base64url, T13_refuses_padding_white_space_and_the_other_alphabet) {
  for (const char* text : {"Zg==", "Zm8=", "Zm9v=", "Zg=", "=Zg", "Zm9v\n", " Zm9v", "Zm 9v", "Zm9v\r\n", "-_+_",
                           "-_/_", "Zm9v.", "Zm9%76", "Zm9v\xc3\xa9"}) {
    EXPECT_FALSE(base64url_decode(text)) << text;
  }
  EXPECT_FALSE(base64url_decode(std::string_view("Zm9\0", 4)));
}

TEST(Base64url, T13_refuses_unused_bits_that_are_not_zero) {
  EXPECT_TRUE(base64url_decode("Zg"));
  for (const char* text : {"Zh", "Zi", "Zj", "Zv", "Z_"}) EXPECT_FALSE(base64url_decode(text)) << text;
  EXPECT_TRUE(base64url_decode("Zm8"));
  for (const char* text : {"Zm9", "Zm-", "Zm_"}) EXPECT_FALSE(base64url_decode(text)) << text;
}

TEST(Base64url, T13_refuses_a_length_no_bytes_have) {
  EXPECT_FALSE(base64url_decode("Z"));
  EXPECT_FALSE(base64url_decode("Zm9vY"));
}

TEST(Base32, encodes_the_vectors_of_rfc_4648_without_padding) {
  EXPECT_EQ(base32_encode(""), "");
  EXPECT_EQ(base32_encode("f"), "MY");
  EXPECT_EQ(base32_encode("fo"), "MZXQ");
  EXPECT_EQ(base32_encode("foo"), "MZXW6");
  EXPECT_EQ(base32_encode("foob"), "MZXW6YQ");
  EXPECT_EQ(base32_encode("fooba"), "MZXW6YTB");
  EXPECT_EQ(base32_encode("foobar"), "MZXW6YTBOI");
  EXPECT_EQ(base32_encode("\xff\xff\xff\xff\xff"), "77777777");
}

TEST(Encoding, percent_encoding_leaves_the_unreserved_and_what_is_kept) {
  std::string out;
  percent_encode("aZ09-._~ /?\xC3\xA9:", out);
  EXPECT_EQ(out, "aZ09-._~%20%2F%3F%C3%A9%3A");
  out.clear();
  percent_encode("/a b", out, "/");
  EXPECT_EQ(out, "/a%20b");
}

TEST(Encoding, hex_is_lower_case) { EXPECT_EQ(hex_encode(std::string_view("\x00\xAB\xff", 3)), "00abff"); }

TEST(Encoding, numbers_are_big_endian) {
  EXPECT_EQ(encode_u64(0x0102030405060708ULL), std::string("\1\2\3\4\5\6\7\10"));
  EXPECT_EQ(decode_u64(encode_u64(~0ULL)), ~0ULL);
  EXPECT_EQ(decode_u64(encode_u64(0)), 0ULL);
}

}  // namespace
}  // namespace gatehouse::base
