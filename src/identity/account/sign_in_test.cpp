#include "identity/account/sign_in.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <optional>
#include <string>
#include <thread>

#include "crypto/packed_hash.hpp"
#include "identity/account/identity_fixture.hpp"

namespace gatehouse::identity {
namespace {

class SignInTest : public ::testing::Test {
 protected:
  IdentityStack stack_;

  base::Result<SessionTokens, Refusal> sign_in(SignInRequest request, const char* address = "192.0.2.7",
                                               std::string device_cookie = {}) {
    auto caller = IdentityStack::caller(address);
    caller.device_cookie = std::move(device_cookie);
    return tokens_of(test::run_on_loop(stack_.sign_in.sign_in(std::move(request), std::move(caller))));
  }
  AccountError error_of(const std::string& username, std::string_view password) {
    const auto result = stack_.sign_in_as(username, password);
    EXPECT_FALSE(result);
    return result.error().error;
  }
  void set_hash(const Account& account, std::string_view hash) {
    stack_.database.write_blocking([&](db::Transaction& tx) {
      return tx.execute("UPDATE account SET password_hash = $2 WHERE id = $1",
                        {db::Blob{account.id.bytes()}, db::Blob{crypto::pack_password_hash(hash)}});
    });
  }
  AccountRecord load(const Account& account) {
    return stack_.database.read_blocking([&](db::Transaction& tx) { return stack_.store.find(tx, account.id); })
        .value();
  }
};

TEST_F(SignInTest, signs_in_by_username_and_by_email_in_any_letter_case) {
  stack_.register_account("alice");
  for (const char* name : {"alice", "Alice", "ALICE"}) EXPECT_TRUE(stack_.sign_in_as(name)) << name;
  SignInRequest by_email{.by = SignInRequest::By::email, .identifier = "Alice@EXAMPLE.org"};
  by_email.password = base::Secret(IdentityStack::kPassword);
  const auto tokens = sign_in(std::move(by_email));
  ASSERT_TRUE(tokens);
  EXPECT_TRUE(tokens->refresh_token.expose().starts_with("ghr_"));
  EXPECT_EQ(tokens->expires_in, std::chrono::minutes(15));
}

// S01: whatever a client brings, the session's id is ours and new.
TEST_F(SignInTest, S01_every_sign_in_makes_a_new_session_and_ends_the_one_it_replaces) {
  stack_.register_account("alice");
  stack_.register_account("mallory");
  const auto planted = stack_.sign_in_as("mallory");
  SignInRequest request{.identifier = "alice"};
  request.password = base::Secret(IdentityStack::kPassword);
  request.held.session = planted->session;
  request.held.replaced = true;
  const auto tokens = sign_in(std::move(request));
  ASSERT_TRUE(tokens);
  EXPECT_NE(tokens->session, planted->session);
  const auto refreshed = test::run_on_loop(stack_.sessions.refresh(planted->refresh_token.expose()));
  ASSERT_FALSE(refreshed);
  EXPECT_EQ(refreshed.error(), RefreshError::ended);
}

// U04: the same answer after the same number of hashes.
TEST_F(SignInTest, U04_unknown_disabled_and_wrong_are_one_answer_after_one_hash_each) {
  stack_.register_account("alice");
  const auto disabled = stack_.register_account("disabled");
  ASSERT_TRUE(test::run_on_loop(stack_.administration.disable(disabled.id, IdentityStack::caller())));
  struct Case {
    const char* username;
    std::string_view password;
  };
  for (const auto& [username, password] :
       {Case{"nobody", IdentityStack::kPassword}, Case{"alice", "wrong wrong wrong"},
        Case{"disabled", IdentityStack::kPassword}, Case{"disabled", "wrong wrong"}}) {
    const auto before = stack_.hashes();
    const auto result = stack_.sign_in_as(username, password);
    ASSERT_FALSE(result) << username;
    EXPECT_EQ(result.error().error, AccountError::wrong_credentials);
    EXPECT_TRUE(result.error().fields.empty());
    EXPECT_EQ(result.error().retry_after.count(), 0);
    EXPECT_EQ(stack_.hashes() - before, 1U) << username;
  }
}

// P03: a password above 1,024 bytes is refused before any hash.
TEST_F(SignInTest, P03_refuses_a_huge_password_without_a_hash) {
  stack_.register_account("alice");
  const auto before = stack_.hashes();
  for (const std::size_t size : {std::size_t{1025}, std::size_t{100'000}, std::size_t{10'000'000}}) {
    EXPECT_EQ(error_of("alice", std::string(size, 'x')), AccountError::invalid_input);
  }
  EXPECT_EQ(error_of("alice", std::string_view("nul\0in the password", 19)), AccountError::invalid_input);
  EXPECT_EQ(stack_.hashes(), before);
}

// P04: exactly what was typed, but in one normal form.
TEST_F(SignInTest, P04_nfc_and_nfd_sign_in_alike_and_a_trailing_space_does_not) {
  stack_.register_account("alice", "caf\xC3\xA9 lantern otter 42");
  EXPECT_TRUE(stack_.sign_in_as("alice", "cafe\xCC\x81 lantern otter 42"));
  EXPECT_EQ(error_of("alice", "caf\xC3\xA9 lantern otter 42 "), AccountError::wrong_credentials);
}

// P01: bcrypt ends at 72 bytes; a longer password with an equal beginning is another one.
TEST_F(SignInTest, P01_refuses_73_bytes_for_an_imported_bcrypt_hash_of_72) {
  const auto account = stack_.register_account("alice");
  const crypto::PasswordHasher bcrypt({.kind = crypto::PasswordCost::Kind::bcrypt, .bcrypt_cost = 4});
  const std::string imported(72, 'p');
  const auto hash = bcrypt.hash(base::Secret(std::string_view(imported)));
  ASSERT_TRUE(hash);
  set_hash(account, *hash);
  EXPECT_EQ(error_of("alice", imported + "q"), AccountError::wrong_credentials);
  EXPECT_TRUE(stack_.sign_in_as("alice", imported));
  // A hash of another kind has been replaced by one of today's.
  EXPECT_TRUE(load(account).password_hash.starts_with("$argon2id$"));
  EXPECT_TRUE(stack_.sign_in_as("alice", imported));
}

// P06: what is no hash matches nothing, and fails closed.
TEST_F(SignInTest, P06_an_unknown_scheme_in_the_database_refuses_every_password) {
  const auto account = stack_.register_account("alice");
  for (const char* stored : {"", "*", "!", "{SSHA}x", "$9$unknown$scheme", "lantern otter quiet 42", "$argon2id$"}) {
    set_hash(account, stored);
    stack_.clock.advance(std::chrono::hours(1));  // the failures so far are forgotten
    const auto before = stack_.hashes();
    EXPECT_EQ(error_of("alice", IdentityStack::kPassword), AccountError::wrong_credentials) << stored;
    EXPECT_EQ(error_of("alice", stored), AccountError::wrong_credentials) << stored;
    EXPECT_EQ(stack_.hashes() - before, 2U);
  }
}

// U07: a hundred guesses at once count a hundred, less those the throttle has refused already.
TEST_F(SignInTest, U07_parallel_wrong_passwords_are_all_counted) {
  stack_.register_account("alice");
  std::atomic<int> throttled{0};
  std::atomic<int> wrong{0};
  const auto before = stack_.hashes();
  test::run_together(100, [&](std::size_t) -> boost::asio::awaitable<void> {
    SignInRequest request{.identifier = "alice"};
    request.password = base::Secret(std::string_view("wrong wrong wrong"));
    const auto result = co_await stack_.sign_in.sign_in(std::move(request), IdentityStack::caller());
    const auto error = result ? AccountError::not_found : result.error().error;
    (error == AccountError::throttled ? throttled : wrong) += 1;
  });
  EXPECT_EQ(throttled + wrong, 100);
  // Five are free, the sixth starts the wait: no parallelism gets more guesses through.
  EXPECT_LE(wrong, 6);
  EXPECT_EQ(stack_.hashes() - before, static_cast<std::uint64_t>(wrong));
  const auto more = stack_.sign_in_as("alice");
  ASSERT_FALSE(more);
  EXPECT_EQ(more.error().error, AccountError::throttled);
  EXPECT_GE(more.error().retry_after.count(), 1);
}

// G11: username, e-mail and letter case are one count.
TEST_F(SignInTest, G11_username_email_and_letter_case_are_counted_together) {
  stack_.register_account("alice");
  const auto guess = [&](SignInRequest::By by, const char* identifier) {
    SignInRequest request{.by = by, .identifier = identifier};
    request.password = base::Secret(std::string_view("wrong wrong wrong"));
    return sign_in(std::move(request)).error().error;
  };
  using By = SignInRequest::By;
  int throttled = 0;
  for (int round = 0; round < 3; ++round) {
    for (const auto& [by, identifier] :
         {std::pair{By::username, "alice"}, std::pair{By::username, "ALICE"}, std::pair{By::email, "alice@example.org"},
          std::pair{By::email, "ALICE@Example.ORG"}}) {
      throttled += guess(by, identifier) == AccountError::throttled ? 1 : 0;
    }
  }
  EXPECT_GE(throttled, 6);
}

// U04: a name that nobody has is slowed like one that somebody has.
TEST_F(SignInTest, U04_an_unknown_name_is_throttled_alike) {
  stack_.register_account("alice");
  const auto first_throttled = [&](const char* username) {
    for (int i = 0; i < 20; ++i) {
      if (error_of(username, "wrong wrong wrong") == AccountError::throttled) return i;
    }
    return -1;
  };
  EXPECT_EQ(first_throttled("alice"), first_throttled("nobody"));
}

// U06: an attacker from many addresses slows strangers, not the owner on a device that has signed in before.
TEST_F(SignInTest, U06_the_owner_on_a_known_device_is_not_locked_out) {
  stack_.register_account("alice");
  const auto device = stack_.sign_in_as("alice");
  ASSERT_TRUE(device);
  for (int i = 0; i < 120; ++i) {
    const std::string address = "198.51.100." + std::to_string(i + 1);
    (void)stack_.sign_in_as("alice", "wrong wrong wrong", address.c_str());
  }
  EXPECT_EQ(stack_.sign_in_as("alice", IdentityStack::kPassword, "203.0.113.5").error().error, AccountError::throttled);
  SignInRequest known{.identifier = "alice"};
  known.password = base::Secret(IdentityStack::kPassword);
  EXPECT_TRUE(sign_in(std::move(known), "203.0.113.5", stack_.devices.remember("", device->account.bytes())));
}

TEST_F(SignInTest, U06_a_stranger_waits_a_bounded_time) {
  stack_.register_account("alice");
  for (int i = 0; i < 200; ++i) {
    const std::string address = "198.51.100." + std::to_string(i % 250 + 1);
    (void)stack_.sign_in_as("alice", "wrong wrong wrong", address.c_str());
  }
  stack_.clock.advance(std::chrono::seconds(31));
  EXPECT_TRUE(stack_.sign_in_as("alice", IdentityStack::kPassword, "203.0.113.5"));
}

// A device that is known to another account is none here.
TEST_F(SignInTest, U06_a_device_of_another_account_is_no_known_device) {
  stack_.register_account("alice");
  stack_.register_account("mallory");
  const auto own = stack_.sign_in_as("mallory");
  for (int i = 0; i < 120; ++i) {
    const std::string address = "198.51.100." + std::to_string(i + 1);
    (void)stack_.sign_in_as("alice", "wrong wrong wrong", address.c_str());
  }
  SignInRequest request{.identifier = "alice", .held = {.session = own->session}};
  request.password = base::Secret(IdentityStack::kPassword);
  const auto result = sign_in(std::move(request), "203.0.113.5", stack_.devices.remember("", own->account.bytes()));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().error, AccountError::throttled);
}

// A password that is replaced while the old one is being verified opens no session.
TEST_F(SignInTest, S05_a_sign_in_that_races_a_password_change_opens_no_session) {
  const auto account = stack_.register_account("alice");
  const auto stored = load(account).password_hash;
  // The hash pool has two threads: both are held, so that the sign-in waits between its read and its verification.
  std::promise<void> release;
  auto released = release.get_future().share();
  std::atomic<int> held{0};
  std::optional<base::Result<SessionTokens, Refusal>> result;
  test::run_together(
      4,
      [&](std::size_t i) -> boost::asio::awaitable<void> {
        if (i < 2) {
          auto hold = [&](std::size_t) {
            ++held;
            released.wait();
          };
          co_await stack_.hashing.run(hold);
        } else if (i == 2) {
          while (held < 2) std::this_thread::yield();
          SignInRequest request{.identifier = "alice"};
          request.password = base::Secret(IdentityStack::kPassword);
          result.emplace(tokens_of(co_await stack_.sign_in.sign_in(std::move(request), IdentityStack::caller())));
        } else {
          while (stack_.hashing.stats().depth == 0) std::this_thread::yield();
          const std::string other = *stack_.hasher.hash(base::Secret(std::string_view("an entirely other one")));
          auto replace = [&](db::Transaction& tx) {
            return stack_.store.replace_password_hash(tx, account.id, stored, other, stack_.clock.now());
          };
          EXPECT_TRUE(co_await stack_.database.write(replace));
          release.set_value();
        }
      },
      4);
  ASSERT_TRUE(result.has_value());
  ASSERT_FALSE(*result);
  EXPECT_EQ(result->error().error, AccountError::wrong_credentials);
  EXPECT_TRUE(test::run_on_loop(stack_.sessions.list(account.id)).empty());
}

// L02: nothing that a sign-in is given or gives shows in the log or the figures.
TEST_F(SignInTest, L02_no_password_address_name_or_token_reaches_the_log_or_the_metrics) {
  stack_.register_account("alice", "canary lantern otter 42");
  const auto tokens = stack_.sign_in_as("alice", "canary lantern otter 42");
  ASSERT_TRUE(tokens);
  (void)stack_.sign_in_as("alice", "canary that is wrong");
  (void)stack_.sign_in_as("canary-unknown", "canary that is wrong");
  const std::string figures = stack_.metrics.render();
  for (const std::string_view secret :
       {std::string_view("canary"), std::string_view("alice"), std::string_view("192.0.2.7"),
        std::string_view("example.org"), tokens->refresh_token.expose(), tokens->access_token.expose()}) {
    EXPECT_FALSE(stack_.log.contains(secret)) << secret;
    EXPECT_EQ(figures.find(secret), std::string::npos) << secret;
  }
  EXPECT_TRUE(stack_.log.contains("\"outcome\":\"succeeded\""));
  EXPECT_TRUE(stack_.log.contains("\"outcome\":\"wrong_password\""));
  EXPECT_NE(figures.find("gatehouse_identity_sign_ins_total{outcome=\"unknown_account\"} 1"), std::string::npos);
}

}  // namespace
}  // namespace gatehouse::identity
