#include "identity/account/registration.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <string>

#include "identity/account/identity_fixture.hpp"
#include "platform/base/unavailable.hpp"

namespace gatehouse::identity {
namespace {

class RegistrationTest : public ::testing::Test {
 protected:
  IdentityStack stack_;

  base::Result<Account, Refusal> try_register(std::string username, std::string email,
                                              std::string_view password = IdentityStack::kPassword) {
    RegistrationRequest request{.username = std::move(username), .email = std::move(email)};
    request.password = base::Secret(password);
    return test::run_on_loop(stack_.registration.register_account(std::move(request), IdentityStack::caller()));
  }
};

TEST_F(RegistrationTest, stores_the_address_only_sealed_and_the_password_only_hashed) {
  const auto account = try_register("Alice", "Alice.Canary@Example.ORG");
  ASSERT_TRUE(account);
  EXPECT_EQ(account->username, "alice");
  EXPECT_EQ(account->profile.email, "Alice.Canary@example.org");
  EXPECT_EQ(account->roles, std::vector<std::string>{"member"});
  const auto record =
      stack_.database
          .read_blocking([&](db::Transaction& tx) { return stack_.store.find_with_profile(tx, account->id); })
          .value();
  EXPECT_EQ(record.profile_sealed.find("Canary"), std::string::npos);
  EXPECT_EQ(record.password_hash.find(IdentityStack::kPassword), std::string::npos);
  EXPECT_TRUE(record.password_hash.starts_with("$argon2id$"));
  EXPECT_EQ(stack_.vault.open(record).email, "Alice.Canary@example.org");
}

// Personal data copied to another account's row opens nothing.
TEST_F(RegistrationTest, a_sealed_profile_moved_to_another_account_does_not_open) {
  const auto alice = stack_.register_account("alice");
  const auto mallory = stack_.register_account("mallory");
  const auto load = [&](contract::AccountId id) {
    return stack_.database.read_blocking([&](db::Transaction& tx) { return stack_.store.find_with_profile(tx, id); })
        .value();
  };
  auto moved = load(mallory.id);
  moved.profile_sealed = load(alice.id).profile_sealed;
  EXPECT_THROW((void)stack_.vault.open(moved), base::Unavailable);
  moved.data_key_seed = load(alice.id).data_key_seed;
  EXPECT_THROW((void)stack_.vault.open(moved), base::Unavailable);
  moved.data_key_seed.clear();
  EXPECT_EQ(stack_.vault.open(moved).email, "");
}

// U01: every disguise of a name is refused, or is the same name.
TEST_F(RegistrationTest, U01_disguises_of_admin_leave_one_account) {
  ASSERT_TRUE(try_register("admin", "first@example.org"));
  const std::string disguises[] = {"Admin",
                                   "ADMIN",
                                   "\xEF\xBD\x81\xEF\xBD\x84\xEF\xBD\x8D\xEF\xBD\x89\xEF\xBD\x8E",  // fullwidth
                                   "\u0430dmin",                                                    // Cyrillic
                                   "ad\u200Bmin",                                                   // zero width
                                   "admin ",
                                   "admin.",
                                   " admin",
                                   "adm\u0131n"};
  int number = 0;
  for (const std::string& disguise : disguises) {
    const auto account = try_register(disguise, "other" + std::to_string(++number) + "@example.org");
    ASSERT_FALSE(account) << disguise;
    const bool refused =
        account.error().error == AccountError::name_taken ||
        (account.error().error == AccountError::invalid_input && account.error().fields.front().field == "username");
    EXPECT_TRUE(refused) << disguise;
  }
  ASSERT_TRUE(try_register("kelvin", "kelvin@example.org"));
  EXPECT_FALSE(try_register("\u212Aelvin", "kelvin2@example.org"));
}

TEST_F(RegistrationTest, U01_parallel_registrations_of_one_name_leave_one_account) {
  std::atomic<int> made{0};
  std::atomic<int> taken{0};
  test::run_together(12, [&](std::size_t i) -> boost::asio::awaitable<void> {
    RegistrationRequest request{.username = "alice", .email = "alice" + std::to_string(i) + "@example.org"};
    request.password = base::Secret(IdentityStack::kPassword);
    const auto account = co_await stack_.registration.register_account(std::move(request), IdentityStack::caller());
    if (account) {
      ++made;
    } else if (account.error().error == AccountError::name_taken) {
      ++taken;
    }
  });
  EXPECT_EQ(made, 1);
  EXPECT_EQ(taken, 11);
}

// U04: username and e-mail give the same refusal, after the same hash as a success.
TEST_F(RegistrationTest, U04_a_taken_name_and_a_taken_address_are_one_answer_after_one_hash) {
  stack_.register_account("alice");
  for (const auto& [username, email] :
       {std::pair{"alice", "new@example.org"}, std::pair{"newname", "alice@example.org"},
        std::pair{"newname", "ALICE@Example.org"}, std::pair{"fresh", "fresh@example.org"}}) {
    const auto before = stack_.hashes();
    const auto account = try_register(username, email);
    EXPECT_EQ(stack_.hashes() - before, 1U);
    if (std::string_view(username) == "fresh") {
      EXPECT_TRUE(account);
      continue;
    }
    ASSERT_FALSE(account);
    EXPECT_EQ(account.error().error, AccountError::name_taken);
    EXPECT_TRUE(account.error().fields.empty());
  }
}

TEST_F(RegistrationTest, names_every_field_that_is_wrong_at_once) {
  const auto before = stack_.hashes();
  const auto account = try_register("a", "not an address", "short");
  ASSERT_FALSE(account);
  ASSERT_EQ(account.error().fields.size(), 3U);
  EXPECT_EQ(account.error().fields[0].field, "username");
  EXPECT_EQ(account.error().fields[1].field, "email");
  EXPECT_EQ(account.error().fields[2].field, "password");
  EXPECT_EQ(stack_.hashes(), before);
}

// P03: no hash for what is too long.
TEST_F(RegistrationTest, P03_refuses_a_huge_password_without_a_hash) {
  const auto before = stack_.hashes();
  const auto account = try_register("alice", "alice@example.org", std::string(10'000'000, 'x'));
  ASSERT_FALSE(account);
  EXPECT_EQ(account.error().fields.front().field, "password");
  EXPECT_EQ(stack_.hashes(), before);
}

// P07: the reason is told.
TEST_F(RegistrationTest, P07_refuses_guessable_passwords_and_says_why) {
  for (const char* password : {"password1234", "zbigniewska2024", "gatehouse2024!", "qwerty123456"}) {
    const auto account = try_register("zbigniewska", "m.zbigniewska@example.org", password);
    ASSERT_FALSE(account) << password;
    EXPECT_EQ(account.error().error, AccountError::invalid_input);
    EXPECT_EQ(account.error().fields.front().field, "password");
    EXPECT_FALSE(account.error().fields.front().message.empty());
  }
}

// X02: one address, in one form.
TEST_F(RegistrationTest, X02_refuses_lists_of_addresses_and_line_breaks) {
  for (const char* email : {"a@x.example,b@y.example", "a@b@c.example", "a@x.example\r\nBcc: b@y.example",
                            "\"a b\"@x.example", "a@x.example ", "@x.example", "a@"}) {
    const auto account = try_register("alice", email);
    ASSERT_FALSE(account) << email;
    EXPECT_EQ(account.error().fields.front().field, "email");
  }
}

TEST_F(RegistrationTest, a_closed_registration_refuses_strangers_and_not_the_command_line) {
  Registration closed({.database = stack_.database,
                       .store = stack_.store,
                       .vault = stack_.vault,
                       .passwords = stack_.passwords,
                       .clock = stack_.clock,
                       .random = stack_.random,
                       .log = stack_.log.logger(),
                       .metrics = stack_.account_metrics},
                      {.enabled = false});
  RegistrationRequest request{.username = "alice", .email = "alice@example.org"};
  request.password = base::Secret(IdentityStack::kPassword);
  const auto made = closed.create_blocking(request, {"admin", "member", "admin"});
  ASSERT_TRUE(made);
  EXPECT_EQ(made->roles, (std::vector<std::string>{"admin", "member"}));
  EXPECT_EQ(closed.create_blocking(request, {}).error().error, AccountError::name_taken);
  request.username = "bob";
  const auto refused = test::run_on_loop(closed.register_account(std::move(request), IdentityStack::caller()));
  EXPECT_EQ(refused.error().error, AccountError::registration_closed);
}

// P01: under bcrypt a password that would be cut is refused when it is chosen.
TEST_F(RegistrationTest, P01_refuses_more_than_72_bytes_where_bcrypt_is_configured) {
  const crypto::PasswordHasher bcrypt({.kind = crypto::PasswordCost::Kind::bcrypt, .bcrypt_cost = 4});
  PasswordWork passwords(bcrypt, stack_.hashing, stack_.throttle, PasswordPolicy(PasswordRules{}));
  const std::string phrase = "lantern otter quiet 42 lantern otter quiet 42 lantern otter quiet 42 abcd";
  ASSERT_EQ(phrase.size(), 73U);
  const auto refused = passwords.choose_blocking(base::Secret(std::string_view(phrase)), "password", {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().fields.front().message, "must be at most 72 bytes");
  EXPECT_TRUE(passwords.choose_blocking(base::Secret(std::string_view(phrase).substr(0, 72)), "password", {}));
}

}  // namespace
}  // namespace gatehouse::identity
