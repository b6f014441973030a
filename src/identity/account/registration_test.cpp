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

TEST_F(RegistrationTest, keeps_the_language_of_letters) {
  const auto with = [&](const std::string& language) {
    RegistrationRequest request{.username = "alice", .email = "alice@example.org", .language = language};
    request.password = base::Secret(std::string_view(IdentityStack::kPassword));
    return test::run_on_loop(stack_.registration.register_account(std::move(request), IdentityStack::caller()));
  };
  EXPECT_EQ(with("German").error().fields.front().field, "language");
  const auto account = with("de");
  ASSERT_TRUE(account);
  EXPECT_EQ(account->profile.language, "de");
  const auto record = stack_.database.read_blocking(
      [&](db::Transaction& tx) { return stack_.store.find_with_profile(tx, account->id).value(); });
  EXPECT_EQ(stack_.vault.open(record).language, "de");
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

// U04: an address that is somebody's is no refusal, is not the newcomer's, and its owner is told.
TEST_F(RegistrationTest, U04_a_taken_address_gets_the_same_answer_after_the_same_hash_as_a_free_one) {
  const auto alice = stack_.register_account("alice");
  (void)stack_.mails();
  const auto before = stack_.hashes();
  const auto taken = try_register("mallory", "ALICE@Example.org");
  stack_.clock.advance(std::chrono::milliseconds(1));
  const auto free = try_register("trent", "trent@example.org");
  EXPECT_EQ(stack_.hashes() - before, 2U);
  ASSERT_TRUE(taken && free);
  EXPECT_FALSE(taken->email_verified);
  EXPECT_FALSE(free->email_verified);
  const auto mails = stack_.mails();
  ASSERT_EQ(mails.size(), 2U);
  EXPECT_EQ(mails[0], (MailJob{MailKind::address_in_use, alice.id, {}}));
  EXPECT_EQ(mails[1].kind, MailKind::verify_email);
  EXPECT_EQ(mails[1].account, free->id);
}

// U04: what comes after the registration does not tell either.
TEST_F(RegistrationTest, U04_nobody_signs_in_with_an_address_before_it_is_proven) {
  stack_.register_account("alice");
  stack_.register_unproven("mallory", "alice@example.org", "the word of mallory 1");
  stack_.register_unproven("trent", "trent@example.org", "the word of trent 22");
  for (const auto& [email, word] : {std::pair{"alice@example.org", "the word of mallory 1"},
                                    std::pair{"trent@example.org", "the word of trent 22"}}) {
    SignInRequest request{.by = SignInRequest::By::email, .identifier = email};
    request.password = base::Secret(std::string_view(word));
    const auto tokens = test::run_on_loop(stack_.sign_in.sign_in(std::move(request), IdentityStack::caller()));
    ASSERT_FALSE(tokens) << email;
    EXPECT_EQ(tokens.error().error, AccountError::wrong_credentials);
  }
  EXPECT_TRUE(stack_.sign_in_as("mallory", "the word of mallory 1"));
  EXPECT_TRUE(stack_.sign_in_as("trent", "the word of trent 22"));
}

// Whoever names an address that is not theirs keeps nobody from using it.
TEST_F(RegistrationTest, several_may_name_an_address_that_nobody_has_proven) {
  stack_.register_unproven("squatter", "bob@example.org");
  const auto bob = stack_.register_unproven("bob", "bob@example.org");
  stack_.prove_address(bob.id);
  SignInRequest request{.by = SignInRequest::By::email, .identifier = "bob@example.org"};
  request.password = base::Secret(IdentityStack::kPassword);
  EXPECT_TRUE(test::run_on_loop(stack_.sign_in.sign_in(std::move(request), IdentityStack::caller())));
}

TEST_F(RegistrationTest, an_address_gets_three_mails_an_hour_and_nobody_is_told) {
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(try_register("name" + std::to_string(i), "victim@example.org"));
  EXPECT_EQ(stack_.mails().size(), 3U);
  stack_.clock.advance(std::chrono::hours(1));
  EXPECT_TRUE(try_register("later", "victim@example.org"));
  EXPECT_EQ(stack_.mails().size(), 1U);
}

// Without mail an address is believed, and so has to be told to be taken.
TEST_F(RegistrationTest, U04_where_nobody_is_asked_a_taken_name_and_a_taken_address_are_one_answer) {
  Registration believing(
      {stack_.database, stack_.store, stack_.vault, stack_.unproven, stack_.verification_mail, stack_.passwords,
       &stack_.defence, stack_.clock, stack_.random, stack_.log.logger(), stack_.account_metrics},
      {.email_proof = EmailProof::off});
  const auto make = [&](const char* username, const char* email) {
    RegistrationRequest request{.username = username, .email = email};
    request.password = base::Secret(IdentityStack::kPassword);
    return test::run_on_loop(believing.register_account(std::move(request), IdentityStack::caller()));
  };
  EXPECT_TRUE(make("alice", "alice@example.org")->email_verified);
  EXPECT_TRUE(stack_.mails().empty());
  for (const auto& [username, email] :
       {std::pair{"alice", "new@example.org"}, std::pair{"newname", "ALICE@Example.org"}}) {
    const auto refused = make(username, email);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().error, AccountError::name_taken);
    EXPECT_TRUE(refused.error().fields.empty());
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
  Registration closed(stack_.registration_parts(), {.enabled = false});
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
