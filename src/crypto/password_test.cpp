#include "crypto/password.hpp"

#include <gtest/gtest.h>
#include <time.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

namespace gatehouse::crypto {
namespace {

using Kind = PasswordCost::Kind;

// The cheapest there are: these tests are about rules, not about strength.
PasswordCost cheap_argon2id() { return {.kind = Kind::argon2id, .memory_kib = 64, .iterations = 1, .bcrypt_cost = 4}; }
PasswordCost cheap_bcrypt() { return {.kind = Kind::bcrypt, .memory_kib = 64, .iterations = 1, .bcrypt_cost = 4}; }

double thread_cpu_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

base::Secret secret(std::string_view text) { return base::Secret(text); }

// Made by the reference implementation: password "correct horse", salt "0123456789abcdef".
constexpr const char* kReference =
    "$argon2id$v=19$m=1024,t=3,p=1$MDEyMzQ1Njc4OWFiY2RlZg$eHlkVAkiRBbH+0G8AoGdXUG5zRRs9QF5Ta9gjbMPzVc";
constexpr const char* kReferenceTwoLanes =
    "$argon2id$v=19$m=1024,t=3,p=2$MDEyMzQ1Njc4OWFiY2RlZg$5/+6JIt2g3X6sJ3wFkZ+1S3lbCuHfB/ER6MFcNBLbTI";
constexpr const char* kReferenceArgon2i =
    "$argon2i$v=19$m=1024,t=3,p=1$MDEyMzQ1Njc4OWFiY2RlZg$tc94zP9wL3U/kLc7NxdlOxtsR3uXXSx+QMMknSfgHgY";
// From the test vectors of crypt_blowfish: password "U*U".
constexpr const char* kBcrypt = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";

TEST(Password, matches_the_password_that_was_hashed_and_no_other) {
  for (const auto& cost : {cheap_argon2id(), cheap_bcrypt()}) {
    const PasswordHasher hasher(cost);
    const auto stored = hasher.hash(secret("correct horse battery"));
    ASSERT_TRUE(stored);
    EXPECT_TRUE(hasher.verify(secret("correct horse battery"), *stored).matches);
    EXPECT_FALSE(hasher.verify(secret("correct horse batterz"), *stored).matches);
    EXPECT_FALSE(hasher.verify(secret("correct horse battery "), *stored).matches);
    EXPECT_FALSE(hasher.verify(secret(""), *stored).matches);
    EXPECT_NE(*hasher.hash(secret("correct horse battery")), *stored);  // the salt
  }
}

TEST(Password, writes_phc_strings_of_the_cost_asked_for) {
  const auto argon2id = PasswordHasher({.memory_kib = 19'456, .iterations = 2}).hash(secret("x"));
  EXPECT_TRUE(argon2id->starts_with("$argon2id$v=19$m=19456,t=2,p=1$")) << *argon2id;
  const auto bcrypt = PasswordHasher(cheap_bcrypt()).hash(secret("x"));
  EXPECT_TRUE(bcrypt->starts_with("$2b$04$")) << *bcrypt;
  EXPECT_EQ(examine_password_hash(*argon2id), StoredHash::usable);
  EXPECT_EQ(examine_password_hash(*bcrypt), StoredHash::usable);
}

TEST(Password, matches_hashes_of_other_implementations) {
  const PasswordHasher hasher(cheap_argon2id());
  EXPECT_TRUE(hasher.verify(secret("correct horse"), kReference).matches);
  EXPECT_TRUE(hasher.verify(secret("correct horse"), kReferenceTwoLanes).matches);
  EXPECT_TRUE(hasher.verify(secret("correct horse"), kReferenceArgon2i).matches);
  for (const char letter : {'a', 'b', 'y'}) {
    std::string stored = kBcrypt;
    stored[2] = letter;
    EXPECT_TRUE(hasher.verify(secret("U*U"), stored).matches) << letter;
    EXPECT_FALSE(hasher.verify(secret("U*V"), stored).matches) << letter;
  }
}

// What other systems hold. Made by passlib (the first), Python's hashlib and libxcrypt.
struct Foreign {
  const char* password;
  const char* stored;
};
constexpr Foreign kForeign[] = {
    {"password", "$scrypt$ln=16,r=8,p=1$aM15713r3Xsvxbi31lqr1Q$nFNh2CVHVjNldFVKDHDlm4CbdRSCdEBsjjJxD+iCs5E"},
    {"correct horse", "$scrypt$ln=10,r=8,p=1$MDEyMzQ1Njc4OWFiY2RlZg$6g3umF+uVrJsObaTZhIbbTlgrvOEFcCItdwSjtPF67M"},
    {"correct horse", "$scrypt$ln=4,r=1,p=3$MDEyMzQ1Njc4OWFiY2RlZg$izY+EVwgDPz8MltJHxF3v4JPuDpT1sNnuqw41V4PMRM"},
    {"correct horse", "$7$86....1....0123456789abcdef$B.afApV9eDbyE2O6DoVVK/.0DJYjah1scsqO3QLHYB0"},
    {"correct horse", "$7$BU..../....0123456789abcdef$GqWhoeGiwnk4tGPMpGQiy2MySsx4KCdJfuiZ856xuq1"},
    {"correct horse", "$pbkdf2-sha256$29000$MDEyMzQ1Njc4OWFiY2RlZg$uHVoxjLD1v3uqpdY8ehNPGUYMiKj8ROQSRwMSE033NY"},
    {"correct horse",
     "$pbkdf2-sha512$25000$MDEyMzQ1Njc4OWFiY2RlZg$"
     "NAtVcXr7DbXedVbBm.JvbbmENXwAmeETSMIk.8rC9F5GBbGumPcNIpwLppBM7vaXnbPUqZhH3UgUjzNRgCPZMg"},
    {"correct horse", "pbkdf2_sha256$26000$seasalt0$fXMIbjGOXG30ZMZxHQk41qzBrmAAptXYv0ftoB5rl3E="},
};

TEST(Password, matches_hashes_of_other_makes_and_replaces_them) {
  using namespace std::string_view_literals;
  const PasswordHasher hasher(cheap_argon2id());
  for (const auto& foreign : kForeign) {
    EXPECT_EQ(examine_password_hash(foreign.stored), StoredHash::usable) << foreign.stored;
    const auto right = hasher.verify(secret(foreign.password), foreign.stored);
    EXPECT_TRUE(right.matches) << foreign.stored;
    EXPECT_TRUE(right.needs_rehash) << foreign.stored;
    for (const auto wrong : {"password "sv, ""sv, "correct horsf"sv, "correct horse\0"sv, "password\0x"sv}) {
      const auto check = hasher.verify(secret(wrong), foreign.stored);
      EXPECT_FALSE(check.matches) << foreign.stored;
      EXPECT_FALSE(check.needs_rehash) << foreign.stored;
    }
    EXPECT_FALSE(hasher.verify(secret(std::string(1025, 'a')), foreign.stored).matches) << foreign.stored;
  }
}

// Something added, something missing, one character of the tag another: nothing may match by its form alone.
TEST(Password, P06_hashes_of_other_makes_match_in_just_their_form) {
  const PasswordHasher hasher(cheap_argon2id());
  for (const auto& [password, stored] : kForeign) {
    const std::string whole = stored;
    if (whole.find("ln=16") != std::string::npos) continue;  // slow, and of the same form as the next
    for (const std::string& broken :
         {whole + "A", whole + "$", whole + "=", " " + whole, whole.substr(0, whole.size() - 1),
          whole.substr(0, whole.rfind('$')), whole.substr(0, whole.rfind('$') + 1), whole.substr(1)}) {
      EXPECT_FALSE(hasher.verify(secret(password), broken).matches) << broken;
    }
    std::string tampered = whole;
    auto& character = tampered[tampered.size() - 5];
    character = character == 'A' ? 'B' : 'A';
    EXPECT_EQ(examine_password_hash(tampered), StoredHash::usable) << tampered;
    EXPECT_FALSE(hasher.verify(secret(password), tampered).matches) << tampered;
  }
}

TEST(Password, asks_for_a_new_hash_when_the_kind_or_the_cost_is_behind) {
  const auto needs_rehash = [](const PasswordCost& cost, const char* password, std::string_view stored) {
    const auto check = PasswordHasher(cost).verify(secret(password), stored);
    EXPECT_TRUE(check.matches);
    return check.needs_rehash;
  };
  const auto argon2id = [](unsigned memory_kib, unsigned iterations) {
    return PasswordCost{.kind = Kind::argon2id, .memory_kib = memory_kib, .iterations = iterations};
  };
  EXPECT_FALSE(needs_rehash(argon2id(1024, 3), "correct horse", kReference));
  EXPECT_FALSE(needs_rehash(argon2id(64, 1), "correct horse", kReference));  // a stronger one stays
  EXPECT_TRUE(needs_rehash(argon2id(1025, 3), "correct horse", kReference));
  EXPECT_TRUE(needs_rehash(argon2id(1024, 4), "correct horse", kReference));
  EXPECT_TRUE(needs_rehash(cheap_bcrypt(), "correct horse", kReference));
  EXPECT_TRUE(needs_rehash(argon2id(64, 1), "U*U", kBcrypt));
  EXPECT_FALSE(needs_rehash({.kind = Kind::bcrypt, .bcrypt_cost = 5}, "U*U", kBcrypt));
  EXPECT_TRUE(needs_rehash({.kind = Kind::bcrypt, .bcrypt_cost = 6}, "U*U", kBcrypt));
  // Never on a mismatch: it would replace the hash by that of a wrong password.
  EXPECT_FALSE(PasswordHasher(cheap_argon2id()).verify(secret("wrong"), kBcrypt).needs_rehash);
}

// P01: CVE-2025-22228 and its kin. Where bcrypt stops reading, nothing may be let through.
TEST(Password, P01_bcrypt_never_matches_more_than_72_bytes) {
  const PasswordHasher hasher(cheap_bcrypt());
  const std::string longest(72, 'a');
  const auto stored = hasher.hash(secret(longest));
  ASSERT_TRUE(stored);
  EXPECT_TRUE(hasher.verify(secret(longest), *stored).matches);
  EXPECT_FALSE(hasher.verify(secret(longest + "b"), *stored).matches);
  EXPECT_FALSE(hasher.verify(secret(longest.substr(1)), *stored).matches);
  EXPECT_EQ(hasher.max_bytes(), 72U);
  const auto refused = hasher.hash(secret(longest + "b"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error(), PasswordError::too_long);
  // Also when bcrypt is only what was imported.
  EXPECT_FALSE(PasswordHasher(cheap_argon2id()).verify(secret(longest + "b"), *stored).matches);
}

TEST(Password, P01_refuses_nul_instead_of_ending_there) {
  using namespace std::string_view_literals;
  for (const auto& cost : {cheap_argon2id(), cheap_bcrypt()}) {
    const PasswordHasher hasher(cost);
    const auto refused = hasher.hash(secret("abc\0def"sv));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error(), PasswordError::holds_nul);
    const auto stored = hasher.hash(secret("abc"));
    EXPECT_FALSE(hasher.verify(secret("abc\0def"sv), *stored).matches);
    EXPECT_FALSE(hasher.verify(secret("abc\0"sv), *stored).matches);
  }
}

TEST(Password, argon2id_distinguishes_long_passwords_in_full) {
  const PasswordHasher hasher(cheap_argon2id());
  const std::string longest(1024, 'a');
  const auto stored = hasher.hash(secret(longest));
  EXPECT_TRUE(hasher.verify(secret(longest), *stored).matches);
  EXPECT_FALSE(hasher.verify(secret(longest.substr(0, 1023) + "b"), *stored).matches);
  EXPECT_FALSE(hasher.verify(secret(longest + "a"), *stored).matches);
  EXPECT_FALSE(hasher.hash(secret(longest + "a")));
}

// P05: each of these would take hours or more memory than there is; the time limit is a generous one.
TEST(Password, P05_refuses_hashes_above_the_caps_before_any_work) {
  const PasswordHasher hasher(cheap_argon2id());
  const std::string tail = "$MDEyMzQ1Njc4OWFiY2RlZg$eHlkVAkiRBbH+0G8AoGdXUG5zRRs9QF5Ta9gjbMPzVc";
  const auto begin = std::chrono::steady_clock::now();
  for (const std::string& stored :
       {"$2b$31$" + std::string(kBcrypt).substr(7), "$2b$15$" + std::string(kBcrypt).substr(7),
        "$argon2id$v=19$m=16777216,t=3,p=1" + tail, "$argon2id$v=19$m=131073,t=1,p=1" + tail,
        "$argon2id$v=19$m=4294967295,t=4294967295,p=1" + tail, "$argon2id$v=19$m=1024,t=17,p=1" + tail,
        "$argon2id$v=19$m=1024,t=4294967295,p=1" + tail, "$argon2id$v=19$m=1024,t=3,p=17" + tail,
        "$argon2id$v=19$m=1024,t=3,p=16777215" + tail, "$argon2id$v=19$m=99999999999999999999,t=3,p=1" + tail}) {
    EXPECT_NE(examine_password_hash(stored), StoredHash::usable) << stored;
    EXPECT_FALSE(hasher.verify(secret("correct horse"), stored).matches) << stored;
  }
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(2));
}

TEST(Password, P05_refuses_costs_of_other_makes_above_the_caps_before_any_work) {
  const PasswordHasher hasher(cheap_argon2id());
  const std::string tail = "$MDEyMzQ1Njc4OWFiY2RlZg$6g3umF+uVrJsObaTZhIbbTlgrvOEFcCItdwSjtPF67M";
  const std::string unix_tail = "0123456789abcdef$GqWhoeGiwnk4tGPMpGQiy2MySsx4KCdJfuiZ856xuq1";
  const auto begin = std::chrono::steady_clock::now();
  for (const std::string& stored :
       {"$scrypt$ln=18,r=8,p=1" + tail, "$scrypt$ln=30,r=8,p=1" + tail, "$scrypt$ln=4294967295,r=8,p=1" + tail,
        "$scrypt$ln=14,r=4294967295,p=1" + tail, "$scrypt$ln=14,r=8,p=4294967295" + tail,
        "$scrypt$ln=14,r=1024,p=1" + tail, "$scrypt$ln=16,r=8,p=5" + tail, "$scrypt$ln=10,r=8,p=1024" + tail,
        "$7$GU..../...." + unix_tail, "$7$zzzzzzzzzzz" + unix_tail, "$7$Czzzzz/...." + unix_tail,
        std::string("$pbkdf2-sha256$2000001$MDEyMzQ1Njc4OWFiY2RlZg$uHVoxjLD1v3uqpdY8ehNPGUYMiKj8ROQSRwMSE033NY"),
        std::string("$pbkdf2-sha256$4294967295$MDEyMzQ1Njc4OWFiY2RlZg$uHVoxjLD1v3uqpdY8ehNPGUYMiKj8ROQSRwMSE033NY"),
        std::string("pbkdf2_sha256$2000001$seasalt0$fXMIbjGOXG30ZMZxHQk41qzBrmAAptXYv0ftoB5rl3E=")}) {
    EXPECT_EQ(examine_password_hash(stored), StoredHash::too_costly) << stored;
    EXPECT_FALSE(hasher.verify(secret("correct horse"), stored).matches) << stored;
  }
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(2));
}

// The lengths that the caps do not name: an output of many blocks is many times the work.
TEST(Password, P05_refuses_pbkdf2_with_more_output_than_its_digest) {
  const std::string two_blocks = "$pbkdf2-sha256$29000$MDEyMzQ1Njc4OWFiY2RlZg$" + std::string(86, 'A');
  EXPECT_EQ(examine_password_hash(two_blocks), StoredHash::unknown);
}

// P06
TEST(Password, P06_unknown_or_broken_hashes_match_nothing) {
  const PasswordHasher hasher(cheap_argon2id());
  std::string nul_inside = kReference;
  nul_inside[40] = '\0';
  for (const std::string& stored :
       {std::string(),
        std::string("*"),
        std::string("!"),
        std::string("x"),
        std::string("correct horse"),
        std::string("$1$abcdefgh$0123456789012345678901"),
        std::string("$5$rounds=1000$salt$hash"),
        std::string("{SHA}abcdef"),
        std::string("pbkdf2_sha256$1$a$b"),
        std::string("$argon2id$"),
        std::string("$argon2id$v=19$m=1024,t=3,p=1$$"),
        std::string("$argon2id$v=19$m=1024,t=3,p=1$MDEyMzQ1Njc4OWFiY2RlZg"),
        std::string("$argon2id$v=19$m=1024,t=3,p=1$MDEyMzQ1Njc4OWFiY2RlZg$A"),
        std::string("$argon2id$v=19$m=1024,t=3,p=1$A$eHlkVAkiRBbH+0G8AoGdXUG5zRRs9QF5Ta9gjbMPzVc"),
        std::string("$argon2id$v=16$m=1024,t=3,p=1$MDEyMzQ1Njc4OWFiY2RlZg$AAAA"),
        std::string("$argon2id$v=19$m=-1,t=3,p=1$MDEyMzQ1Njc4OWFiY2RlZg$AAAA"),
        std::string("$argon2id$v=19$m=0,t=0,p=0$MDEyMzQ1Njc4OWFiY2RlZg$AAAA"),
        std::string("$argon2id$v=19$m=01024,t=3,p=1") + std::string(kReference).substr(29),
        std::string(kReference) + " ",
        " " + std::string(kReference),
        std::string(100'000, '$'),
        nul_inside,
        std::string("$2b$"),
        std::string(kBcrypt).substr(0, 59),
        std::string(kBcrypt) + "x",
        "$2x" + std::string(kBcrypt).substr(3),
        "$2b$03" + std::string(kBcrypt).substr(6),
        "$2b$0x" + std::string(kBcrypt).substr(6),
        std::string(60, '*')}) {
    for (const char* password : {"correct horse", "U*U", "", "*"}) {
      const auto check = hasher.verify(secret(password), stored);
      EXPECT_FALSE(check.matches) << stored.substr(0, 80);
      EXPECT_FALSE(check.needs_rehash) << stored.substr(0, 80);
    }
  }
}

TEST(Password, nobody_never_matches_and_costs_what_an_account_costs) {
  for (const auto& cost :
       {PasswordCost{.memory_kib = 8192, .iterations = 2}, PasswordCost{.kind = Kind::bcrypt, .bcrypt_cost = 8}}) {
    const PasswordHasher hasher(cost);
    const auto stored = hasher.hash(secret("password"));
    // Time on the processor, and the least of several runs: what else the machine does hardly shows then.
    const auto fastest = [](const auto& work) {
      double best = 1e9;
      for (int i = 0; i < 9; ++i) {
        const double begin = thread_cpu_seconds();
        work();
        best = std::min(best, thread_cpu_seconds() - begin);
      }
      return best;
    };
    const double known = fastest([&] { EXPECT_FALSE(hasher.verify(secret("wrong"), *stored).matches); });
    const double nobody = fastest([&] { EXPECT_FALSE(hasher.verify_nobody(secret("wrong"))); });
    const double broken = fastest([&] { EXPECT_FALSE(hasher.verify(secret("wrong"), "*").matches); });
    EXPECT_GT(nobody, known * 0.5);
    EXPECT_LT(nobody, known * 2);
    EXPECT_GT(broken, known * 0.5);
    EXPECT_LT(broken, known * 2);
  }
}

TEST(Password, hashes_and_verifies_on_many_threads_at_once) {
  const PasswordHasher hasher(cheap_argon2id());
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 8; ++i) {
        const std::string password = "password of thread " + std::to_string(t);
        const auto stored = hasher.hash(secret(password));
        wrong += hasher.verify(secret(password), *stored).matches ? 0 : 1;
        wrong += hasher.verify(secret("another"), *stored).matches ? 1 : 0;
        wrong += hasher.verify(secret("U*U"), kBcrypt).matches ? 0 : 1;
        wrong += hasher.verify_nobody(secret(password)) ? 1 : 0;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace gatehouse::crypto
