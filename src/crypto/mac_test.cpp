#include "crypto/mac.hpp"

#include <gtest/gtest.h>

#include "crypto/blind_index.hpp"
#include "platform/base/encoding.hpp"

namespace gatehouse::crypto {
namespace {

using base::hex_encode;

TEST(Mac, gives_the_sha256_of_fips_180_4) {
  EXPECT_EQ(hex_encode(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hex_encode(sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(hex_encode(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Mac, gives_the_hmac_of_rfc_4231) {
  EXPECT_EQ(hex_encode(hmac_sha256(base::Secret(std::string(20, '\x0b')), "Hi There")),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(hex_encode(hmac_sha256(base::Secret(std::string(131, '\xaa')),
                                   "Test Using Larger Than Block-Size Key - Hash Key First")),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

// RFC 5869 appendix A.3: no salt. Its output is longer than ours; the first block is the same. Its info is empty.
TEST(Mac, derives_keys_by_hkdf) {
  const base::Secret input(std::string(22, '\x0b'));
  EXPECT_EQ(hex_encode(derive_key(input, "").expose()),
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d");
  EXPECT_FALSE(derive_key(input, "a") == derive_key(input, "b"));
}

TEST(BlindIndex, is_equal_for_equal_values_under_one_key_only) {
  const base::Secret key(std::string(32, 'k'));
  EXPECT_EQ(blind_index(key, "a@example.test"), blind_index(key, "a@example.test"));
  EXPECT_EQ(blind_index(key, "a@example.test").size(), kBlindIndexBytes);
  EXPECT_NE(blind_index(key, "a@example.test"), blind_index(key, "b@example.test"));
  EXPECT_NE(blind_index(key, "a@example.test"), blind_index(base::Secret(std::string(32, 'l')), "a@example.test"));
}

}  // namespace
}  // namespace gatehouse::crypto
