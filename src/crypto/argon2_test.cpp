#include <argon2.h>
#include <gtest/gtest.h>
#include <sodium.h>

#include <algorithm>
#include <array>
#include <string>
#include <thread>
#include <vector>

#include "crypto/hash_memory.hpp"
#include "crypto/password_scheme.hpp"
#include "crypto/sodium_memory.hpp"

namespace gatehouse::crypto {
namespace {

constexpr std::size_t kMiB = std::size_t{1} << 20;

class Argon2 : public testing::Test {
 protected:
  static void SetUpTestSuite() { ASSERT_GE(sodium_init(), 0); }
  bool matches(const std::string& password, const std::string& stored) {
    return kArgon2Scheme.recognises(stored) &&
           kArgon2Scheme.matches(base::Secret(std::string_view(password)), stored, memory_);
  }
  HashMemory memory_{{.arena_bytes = kMiB, .limit_bytes = 64 * kMiB}};
};

// What the reference implementation made, over what decides about addresses, lanes and ends of segments; in memory that
// still holds what an earlier hash or anybody else left there.
TEST_F(Argon2, agrees_with_the_reference_implementation) {
  const std::string salt = "somewhat salty";
  for (const auto type : {Argon2_i, Argon2_id}) {
    for (const unsigned iterations : {1U, 3U}) {
      for (const unsigned lanes : {1U, 3U, 7U}) {
        for (const unsigned memory_kib : {8U * lanes, 61U * lanes, 777U, 2048U}) {
          for (const std::size_t tag_bytes : {16U, 32U, 64U}) {
            const std::string password(memory_kib % 200, 'p');
            std::string stored(512, '\0');
            ASSERT_EQ(
                argon2_hash(iterations, memory_kib, lanes, password.data(), password.size(), salt.data(), salt.size(),
                            nullptr, tag_bytes, stored.data(), stored.size(), type, ARGON2_VERSION_13),
                ARGON2_OK);
            stored.resize(stored.find('\0'));
            {
              const auto lease = memory_.acquire(kMiB);
              std::fill(lease.bytes().begin(), lease.bytes().end(), std::byte{0xa5});
            }
            EXPECT_TRUE(matches(password, stored)) << stored;
            EXPECT_FALSE(matches(password + "x", stored)) << stored;
          }
        }
      }
    }
  }
}

// The same bytes as libsodium gives with memory of its own: what accounts hold that were made before.
TEST_F(Argon2, agrees_with_libsodium_on_its_own_at_the_default_cost) {
  std::array<char, crypto_pwhash_STRBYTES> stored{};
  const std::string password = "correct horse battery";
  ASSERT_EQ(crypto_pwhash_argon2id_str(stored.data(), password.data(), password.size(), 2, std::size_t{19'456} * 1024),
            0);
  HashMemory large({.arena_bytes = 19 * kMiB, .limit_bytes = 64 * kMiB});
  EXPECT_TRUE(kArgon2Scheme.matches(base::Secret(std::string_view(password)), stored.data(), large));
  const auto ours = argon2id_hash(base::Secret(std::string_view(password)), {}, large);
  EXPECT_EQ(crypto_pwhash_str_verify(ours.c_str(), password.data(), password.size()), 0) << ours;
}

TEST_F(Argon2, libsodium_works_in_the_memory_it_is_lent_and_leaves_nothing_there) {
  const auto lease = memory_.acquire(kMiB);
  std::fill(lease.bytes().begin(), lease.bytes().end(), std::byte{0xa5});
  {
    const SodiumMemory lent(lease.bytes());
    std::array<char, crypto_pwhash_STRBYTES> out{};
    ASSERT_EQ(crypto_pwhash_argon2id_str(out.data(), "x", 1, 1, kMiB), 0);
    EXPECT_TRUE(SodiumMemory::taken());
  }
  EXPECT_TRUE(std::all_of(lease.bytes().begin(), lease.bytes().end(), [](std::byte b) { return b == std::byte{0}; }));
}

TEST_F(Argon2, a_hash_that_does_not_fit_gets_memory_of_its_own) {
  const auto lease = memory_.acquire(kMiB);
  std::fill(lease.bytes().begin(), lease.bytes().end(), std::byte{0xa5});
  {
    const SodiumMemory lent(lease.bytes());
    std::array<char, crypto_pwhash_STRBYTES> out{};
    ASSERT_EQ(crypto_pwhash_argon2id_str(out.data(), "x", 1, 1, 2 * kMiB), 0);
    EXPECT_FALSE(SodiumMemory::taken());
  }
  EXPECT_EQ(lease.bytes().front(), std::byte{0xa5});
}

TEST_F(Argon2, threads_hash_in_memory_of_their_own) {
  const std::string stored = argon2id_hash(base::Secret(std::string_view("right")), {.memory_kib = 1024}, memory_);
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] {
      const std::string password = i % 2 == 0 ? "right" : "wrong";
      for (int round = 0; round < 20; ++round) EXPECT_EQ(matches(password, stored), i % 2 == 0);
    });
  }
  for (auto& thread : threads) thread.join();
}

}  // namespace
}  // namespace gatehouse::crypto
