#include "crypto/argon2.hpp"

#include <argon2.h>
#include <gtest/gtest.h>
#include <sodium.h>

#include <algorithm>
#include <array>
#include <ostream>
#include <string>
#include <vector>

#include "crypto/hash_memory.hpp"
#include "platform/base/encoding.hpp"

namespace gatehouse::crypto {

void PrintTo(Argon2Core core, std::ostream* out) { *out << "core " << static_cast<int>(core); }

namespace {

// Every test runs with every set of instructions that this processor has.
class Argon2 : public testing::TestWithParam<Argon2Core> {
 protected:
  std::string compute(Argon2Type type, const Argon2Parameters& parameters, const Argon2Input& input,
                      std::size_t tag_bytes = 32) {
    const auto lease = memory_.acquire(std::size_t{parameters.memory_kib} * 1024);
    // What an earlier hash left behind must not matter.
    std::fill(lease.bytes().begin(), lease.bytes().end(), std::byte{0xa5});
    std::string tag(tag_bytes, '\0');
    argon2(type, parameters, input, lease.bytes(), {reinterpret_cast<unsigned char*>(tag.data()), tag.size()},
           GetParam());
    return base::hex_encode(tag);
  }

  HashMemory memory_{{.arena_bytes = 0, .limit_bytes = std::size_t{64} << 20}};
};

INSTANTIATE_TEST_SUITE_P(Cores, Argon2, testing::ValuesIn(argon2_cores().begin(), argon2_cores().end()));

// RFC 9106, sections 5.2 and 5.3.
TEST_P(Argon2, gives_the_tags_of_the_rfc) {
  const std::string password(32, '\x01');
  const std::string salt(16, '\x02');
  const std::string secret(8, '\x03');
  const std::string data(12, '\x04');
  const Argon2Input input{.password = password, .salt = salt, .secret = secret, .associated_data = data};
  EXPECT_EQ(compute(Argon2Type::argon2i, {32, 3, 4}, input),
            "c814d9d1dc7f37aa13f0d77f2494bda1c8de6b016dd388d29952a4c4672b6ce8");
  EXPECT_EQ(compute(Argon2Type::argon2id, {32, 3, 4}, input),
            "0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659");
}

// The reference implementation, over what decides about addresses, lanes and ends of segments.
TEST_P(Argon2, agrees_with_the_reference_implementation) {
  const std::string salt = "somewhat salty";
  for (const auto type : {Argon2Type::argon2i, Argon2Type::argon2id}) {
    for (const unsigned iterations : {1U, 2U, 3U}) {
      for (const unsigned lanes : {1U, 2U, 3U, 7U}) {
        for (const unsigned memory_kib : {8U * lanes, 8U * lanes + 5, 61U * lanes, 777U}) {
          for (const std::size_t tag_bytes : {4U, 64U, 65U, 100U}) {
            const std::string password(memory_kib % 200, 'p');
            std::string expected(tag_bytes, '\0');
            ASSERT_EQ(argon2_hash(iterations, memory_kib, lanes, password.data(), password.size(), salt.data(),
                                  salt.size(), expected.data(), expected.size(), nullptr, 0,
                                  static_cast<argon2_type>(type), ARGON2_VERSION_13),
                      ARGON2_OK);
            ASSERT_EQ(compute(type, {memory_kib, iterations, lanes}, {.password = password, .salt = salt}, tag_bytes),
                      base::hex_encode(expected))
                << "type " << static_cast<int>(type) << " m=" << memory_kib << " t=" << iterations << " p=" << lanes;
          }
        }
      }
    }
  }
}

// What accounts hold that were made before, at the size that counts.
TEST_P(Argon2, agrees_with_libsodium_at_the_default_cost) {
  ASSERT_GE(sodium_init(), 0);
  const std::string password = "correct horse battery";
  const std::string salt = "0123456789abcdef";
  std::string expected(32, '\0');
  ASSERT_EQ(crypto_pwhash_argon2id(reinterpret_cast<unsigned char*>(expected.data()), expected.size(), password.data(),
                                   password.size(), reinterpret_cast<const unsigned char*>(salt.data()), 2,
                                   std::size_t{19'456} * 1024, crypto_pwhash_argon2id_ALG_ARGON2ID13),
            0);
  EXPECT_EQ(compute(Argon2Type::argon2id, {19'456, 2, 1}, {.password = password, .salt = salt}),
            base::hex_encode(expected));
}

TEST_P(Argon2, leaves_no_first_slice_behind_to_test_guesses_with) {
  constexpr unsigned kLanes = 2;
  const Argon2Parameters parameters{256, 1, kLanes};
  const auto lease = memory_.acquire(std::size_t{parameters.memory_kib} * 1024);
  std::array<unsigned char, 32> tag{};
  argon2(Argon2Type::argon2id, parameters, {.password = "secret", .salt = "0123456789abcdef"}, lease.bytes(), tag,
         GetParam());
  const auto lane_bytes = lease.bytes().size() / kLanes;
  for (unsigned lane = 0; lane < kLanes; ++lane) {
    const auto slice = lease.bytes().subspan(lane * lane_bytes, lane_bytes / 4);
    EXPECT_TRUE(std::all_of(slice.begin(), slice.end(), [](std::byte b) { return b == std::byte{0}; })) << lane;
  }
}

}  // namespace
}  // namespace gatehouse::crypto
