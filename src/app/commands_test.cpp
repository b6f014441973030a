#include "app/commands.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <memory>
#include <sstream>
#include <string>

#include "app/control_socket.hpp"
#include "app/gate_role.hpp"
#include "app/housekeeper.hpp"
#include "app/identity_role.hpp"
#include "app/installation.hpp"
#include "app/webhook_service.hpp"
#include "app/workbench.hpp"
#include "gate/gates.hpp"
#include "platform/telemetry/collected_log.hpp"
#include "tests/support/run_on_loop.hpp"
#include "tests/support/temp_dir.hpp"

namespace gatehouse::app {
namespace {

constexpr const char* kPassword = "correct horse battery staple";

Settings settings_in(const std::filesystem::path& dir) {
  const std::string text = "[data]\ndir = \"" + dir.string() + "\"\n";
  return std::move(load_settings_from_text("test.toml", text)->settings);
}

struct Ran {
  int status;
  std::string out;
  std::string err;
};

template <class Command>
Ran run(Command command, const std::string& input = "") {
  std::istringstream in(input);
  std::ostringstream out;
  std::ostringstream err;
  const int status = command(CommandIo{in, out, err});
  return {status, out.str(), err.str()};
}

class Commands : public ::testing::Test {
 protected:
  Ran create(const std::string& username, const std::string& password = kPassword) {
    return run(
        [&](const CommandIo& io) {
          return account_create(settings_, {username, username + "@example.org", {}}, io);
        },
        password + "\n");
  }

  test::TempDir dir_;
  Settings settings_ = settings_in(dir_.path());
};

// A serving process without its listeners: gates, the follower of the log, and the socket that commands ask.
class CommandsOnARunningProcess : public Commands {
 protected:
  CommandsOnARunningProcess() {
    EXPECT_EQ(create("ada").status, 0);
    installation_ = Installation::open(settings_, clock_, random_, log_.logger());
    gates_ = std::make_unique<gate::Gates>(loops_, gate_options(settings_), gate_policy(settings_), clock_, metrics_);
    housekeeper_ = std::make_unique<Housekeeper>(
        *installation_, *gates_, nullptr, [] {}, log_.logger(), metrics_);
    webhooks_ = std::make_unique<WebhookService>(*installation_, log_.logger(), metrics_);
    identity_ = std::make_unique<IdentityRole>(*installation_, *gates_, *gates_, changes_, nullptr,
                                               webhooks_->webhooks(), log_.logger(), metrics_);
    loops_.start();
    control_ = std::make_unique<ControlSocket>(dir_.path(), [this] { return housekeeper_->look_now(); });
    token_ = sign_in();
  }
  ~CommandsOnARunningProcess() override {
    control_.reset();
    housekeeper_->stop();
    loops_.stop();
    identity_.reset();
    webhooks_.reset();
    housekeeper_.reset();
    installation_.reset();
  }

  std::string sign_in() {
    identity::AccessTokenIssuer issuer({.issuer = settings_.token.issuer,
                                        .audience = settings_.token.audience,
                                        .lifetime = settings_.token.access_lifetime,
                                        .scope = ""},
                                       installation_->keys, random_);
    const auto opened = installation_->database->write_blocking([&](db::Transaction& tx) {
      const auto account = installation_->account_steps.find_by_username(tx, "ada");
      const auto standing = installation_->sessions.standing(tx, account->id);
      const contract::SessionId id(base::Uuid::random(random_));
      const auto now = clock_.now();
      (void)installation_->sessions.insert_capped(tx, {id, account->id, "sealed", {"pwd"}}, now);
      return identity::AccessGrant{.account = account->id,
                                   .session = id,
                                   .roles = standing->roles,
                                   .epoch = standing->epoch,
                                   .amr = {"pwd"},
                                   .auth_time = now,
                                   .issued_at = now,
                                   .session_expires = now + std::chrono::hours(1)};
    });
    return std::string(issuer.issue(opened).token.expose());
  }

  // Asked on each loop: what one gate refuses, all must.
  bool every_gate_accepts() { return verdicts() == loops_.size(); }
  bool every_gate_refuses() { return verdicts() == 0; }
  std::size_t verdicts() {
    std::atomic<std::size_t> accepted{0};
    loops_.on_each_blocking([&](std::size_t loop) {
      if (gates_->authenticate(loop, token_)) ++accepted;
    });
    return accepted;
  }

  base::ReferenceClock clock_;
  base::SystemRandom random_;
  telemetry::CollectedLog log_;
  telemetry::Metrics metrics_;
  runtime::EventLoops loops_{2};
  std::unique_ptr<Installation> installation_;
  std::unique_ptr<gate::Gates> gates_;
  std::unique_ptr<Housekeeper> housekeeper_;
  std::unique_ptr<WebhookService> webhooks_;
  ChangeDesk changes_;
  std::unique_ptr<IdentityRole> identity_;
  std::unique_ptr<ControlSocket> control_;
  std::string token_;
};

TEST_F(Commands, create_list_and_show_an_account_by_each_of_its_names) {
  const auto made = create("Ada");
  ASSERT_EQ(made.status, 0) << made.err;
  EXPECT_NE(made.out.find("username      ada\n"), std::string::npos) << made.out;
  const auto listed = run([&](const CommandIo& io) { return account_list(settings_, "", 10, io); });
  EXPECT_NE(listed.out.find("  active  ada  member"), std::string::npos) << listed.out;
  for (const char* who : {"ada", "ADA", "ada@example.org"}) {
    EXPECT_EQ(run([&](const CommandIo& io) { return account_show(settings_, who, io); }).out, made.out) << who;
  }
  EXPECT_EQ(run([&](const CommandIo& io) { return account_show(settings_, "bob", io); }).status, 1);
}

TEST_F(Commands, L02_no_command_prints_the_password) {
  const auto made = create("ada");
  EXPECT_EQ((made.out + made.err).find(kPassword), std::string::npos);
}

TEST_F(Commands, P07_create_refuses_a_guessable_password_and_makes_nothing) {
  const auto refused = create("ada", "password1234");
  EXPECT_EQ(refused.status, 1);
  EXPECT_NE(refused.err.find("password: "), std::string::npos) << refused.err;
  EXPECT_EQ(run([&](const CommandIo& io) { return account_list(settings_, "", 10, io); }).out, "");
}

TEST_F(Commands, create_refuses_a_role_that_does_not_exist) {
  const auto refused = run(
      [&](const CommandIo& io) {
        return account_create(settings_, {"ada", "ada@example.org", {"emperor"}}, io);
      },
      std::string(kPassword) + "\n");
  EXPECT_EQ(refused.status, 1);
  EXPECT_NE(refused.err.find("roles: may hold only roles that there are: admin, member"), std::string::npos)
      << refused.err;
}

TEST_F(Commands, a_lost_master_key_is_said_to_be_lost_and_not_replaced) {
  ASSERT_EQ(create("ada").status, 0);
  const auto key = dir_.path() / "master.key";
  std::filesystem::rename(key, dir_.path() / "kept");
  EXPECT_THROW((void)run([&](const CommandIo& io) { return account_show(settings_, "ada", io); }), std::runtime_error);
  EXPECT_FALSE(std::filesystem::exists(key));
  std::filesystem::rename(dir_.path() / "kept", key);
  EXPECT_EQ(run([&](const CommandIo& io) { return account_show(settings_, "ada", io); }).status, 0);
}

TEST_F(Commands, the_master_key_is_replaced_and_the_one_before_can_be_taken_away) {
  ASSERT_EQ(create("ada").status, 0);
  const auto shown = run([&](const CommandIo& io) { return account_show(settings_, "ada", io); }).out;
  const auto key = dir_.path() / "master.key";
  const auto previous = dir_.path() / crypto::kPreviousMasterKeyFile;
  const auto status = [&] { return run([&](const CommandIo& io) { return master_key_status(settings_, io); }); };
  const auto rotate = [&] { return run([&](const CommandIo& io) { return master_key_rotate(settings_, io); }); };
  EXPECT_EQ(status().status, 0);
  EXPECT_EQ(rotate().status, 0) << "nothing to do";
  std::filesystem::rename(key, previous);
  std::ofstream(key) << std::string(64, 'a') << "\n";
  std::filesystem::permissions(key, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  const auto before = status();
  EXPECT_EQ(before.status, 1);
  EXPECT_EQ(before.out.find("0 values are sealed under the master key, 14 under the previous one.\n"), 0U)
      << before.out;
  const auto rotated = rotate();
  EXPECT_EQ(rotated.status, 0) << rotated.err;
  EXPECT_EQ(rotated.out.find("14 values were sealed anew.\n"), 0U) << rotated.out;
  EXPECT_EQ(rotate().out.find("0 values were sealed anew.\n"), 0U);
  std::filesystem::remove(previous);
  EXPECT_EQ(status().status, 0);
  EXPECT_EQ(run([&](const CommandIo& io) { return account_show(settings_, "ada", io); }).out, shown);
}

TEST_F(Commands, a_new_master_key_without_the_previous_one_is_refused_with_the_remedy) {
  ASSERT_EQ(create("ada").status, 0);
  settings_.master_key.value = base::Secret(std::string(64, 'a'));
  try {
    (void)run([&](const CommandIo& io) { return master_key_rotate(settings_, io); });
    FAIL() << "it started";
  } catch (const std::runtime_error& failure) {
    EXPECT_NE(std::string(failure.what()).find("as the master key or as the previous one"), std::string::npos)
        << failure.what();
  }
}

TEST_F(Commands, migrate_says_what_it_did_and_then_has_nothing_to_do) {
  EXPECT_NE(run([&](const CommandIo& io) { return migrate_command(settings_, io); }).out.find("applied 0001_identity"),
            std::string::npos);
  EXPECT_EQ(run([&](const CommandIo& io) { return migrate_command(settings_, io); }).out.find("applied"),
            std::string::npos);
}

TEST_F(CommandsOnARunningProcess, S04_disable_reaches_every_gate_before_the_command_returns) {
  ASSERT_TRUE(every_gate_accepts());
  EXPECT_EQ(run([&](const CommandIo& io) { return account_disable(settings_, "ada", io); }).status, 0);
  EXPECT_TRUE(every_gate_refuses());
}

TEST_F(CommandsOnARunningProcess, S04_end_sessions_reaches_every_gate_before_the_command_returns) {
  ASSERT_TRUE(every_gate_accepts());
  EXPECT_EQ(run([&](const CommandIo& io) { return account_end_sessions(settings_, "ada@example.org", io); }).status, 0);
  EXPECT_TRUE(every_gate_refuses());
  token_ = sign_in();
  EXPECT_TRUE(every_gate_accepts());
}

TEST_F(CommandsOnARunningProcess, set_roles_voids_older_tokens_and_newer_ones_have_the_roles) {
  ASSERT_TRUE(every_gate_accepts());
  EXPECT_EQ(run([&](const CommandIo& io) { return account_set_roles(settings_, "ada", {"admin"}, io); }).status, 0);
  EXPECT_TRUE(every_gate_refuses());
  token_ = sign_in();
  EXPECT_TRUE(every_gate_accepts());
}

TEST_F(CommandsOnARunningProcess, T18_rotate_refuses_no_token_and_signs_with_the_next_key) {
  ASSERT_TRUE(every_gate_accepts());
  const auto before = installation_->keys.snapshot()->current->kid();
  EXPECT_EQ(run([&](const CommandIo& io) { return keys_rotate(settings_, io); }).status, 0);
  EXPECT_TRUE(every_gate_accepts());
  EXPECT_NE(installation_->keys.snapshot()->current->kid(), before);
  token_ = sign_in();
  EXPECT_TRUE(every_gate_accepts());
}

TEST_F(CommandsOnARunningProcess, T18_revoke_voids_the_tokens_of_the_key_at_every_gate) {
  const auto kid = installation_->keys.snapshot()->current->kid();
  ASSERT_TRUE(every_gate_accepts());
  EXPECT_EQ(run([&](const CommandIo& io) { return keys_revoke(settings_, kid, io); }).status, 0);
  EXPECT_TRUE(every_gate_refuses());
  token_ = sign_in();
  EXPECT_TRUE(every_gate_accepts());
}

// A rule that asks for a permission, on each loop.
TEST_F(CommandsOnARunningProcess, roles_set_and_remove_reach_every_gate_before_the_command_returns) {
  const auto may = [&](const char* permission) {
    const gate::Rule rule{.path = "/**", .permissions = {*contract::Permission::parse(permission)}};
    std::atomic<std::size_t> yes{0};
    loops_.on_each_blocking([&](std::size_t loop) { yes += gates_->permits(loop, token_, rule) ? 1 : 0; });
    return yes.load();
  };
  EXPECT_EQ(may("profile:read:own"), loops_.size());
  EXPECT_EQ(may("report:read"), 0U);
  const auto set = [&](std::vector<std::string> permissions) {
    return run([&](const CommandIo& io) { return roles_set(settings_, "member", permissions, io); });
  };
  const auto done = set({"report:read", "profile:*:own"});
  EXPECT_EQ(done.status, 0) << done.err;
  EXPECT_NE(done.out.find("member  changed  profile:*:own report:read\n"), std::string::npos) << done.out;
  EXPECT_EQ(may("report:read"), loops_.size());
  EXPECT_EQ(set({"profile:*:own"}).status, 0);
  EXPECT_EQ(may("report:read"), 0U);

  // What the running process holds is what the next command sees.
  EXPECT_EQ(run([&](const CommandIo& io) { return account_set_roles(settings_, "ada", {"clerk"}, io); }).status, 1);
  EXPECT_EQ(run([&](const CommandIo& io) { return roles_set(settings_, "clerk", {"desk:open"}, io); }).status, 0);
  EXPECT_EQ(run([&](const CommandIo& io) { return account_set_roles(settings_, "ada", {"clerk"}, io); }).status, 0);
  token_ = sign_in();
  EXPECT_EQ(may("desk:open"), loops_.size());
  EXPECT_EQ(run([&](const CommandIo& io) { return roles_remove(settings_, "clerk", io); }).status, 0);
  EXPECT_EQ(may("desk:open"), 0U);
  EXPECT_TRUE(every_gate_accepts()) << "the account is signed in as before";
}

TEST_F(Commands, roles_that_nobody_could_undo_or_that_the_configuration_names_are_refused) {
  const auto refused = run([&](const CommandIo& io) { return roles_remove(settings_, "admin", io); });
  EXPECT_EQ(refused.status, 1);
  EXPECT_NE(refused.err.find("role:manage"), std::string::npos) << refused.err;
  const auto kept = run([&](const CommandIo& io) { return roles_remove(settings_, "member", io); });
  EXPECT_NE(kept.err.find("must keep member"), std::string::npos) << kept.err;
  EXPECT_EQ(run([&](const CommandIo& io) { return roles_remove(settings_, "nobody", io); }).err,
            "There is no such role.\n");
  EXPECT_EQ(run([&](const CommandIo& io) { return roles_set(settings_, "clerk", {"nonsense"}, io); }).status, 1);
  EXPECT_EQ(run([&](const CommandIo& io) { return roles_set(settings_, "A b", {"x:y"}, io); }).status, 1);
}

TEST_F(Commands, a_removed_role_of_the_configuration_comes_back_by_reset_alone) {
  settings_.roles["clerk"] = {*contract::Permission::parse("desk:open")};
  const auto list = [&] { return run([&](const CommandIo& io) { return roles_list(settings_, io); }).out; };
  EXPECT_NE(list().find("clerk  configured  desk:open\n"), std::string::npos) << list();
  EXPECT_EQ(run([&](const CommandIo& io) { return roles_remove(settings_, "clerk", io); }).status, 0);
  EXPECT_NE(list().find("clerk  removed  -\n"), std::string::npos) << list();
  EXPECT_EQ(run([&](const CommandIo& io) { return roles_set(settings_, "extra", {"a:b"}, io); }).status, 0);
  EXPECT_NE(list().find("extra  added  a:b\n"), std::string::npos) << list();
  EXPECT_EQ(run([&](const CommandIo& io) { return roles_reset(settings_, io); }).status, 0);
  EXPECT_NE(list().find("clerk  configured  desk:open\n"), std::string::npos) << list();
  EXPECT_EQ(list().find("extra"), std::string::npos) << list();
}

TEST_F(CommandsOnARunningProcess, token_verify_says_what_a_gate_would) {
  const auto good = run([&](const CommandIo& io) { return token_verify(settings_, io); }, token_ + "\n");
  EXPECT_EQ(good.status, 0) << good.err;
  EXPECT_NE(good.out.find("\"sid\":"), std::string::npos);
  ASSERT_EQ(run([&](const CommandIo& io) { return account_end_sessions(settings_, "ada", io); }).status, 0);
  const auto ended = run([&](const CommandIo& io) { return token_verify(settings_, io); }, token_ + "\n");
  EXPECT_EQ(ended.status, 1);
  EXPECT_EQ(ended.err, "refused: revoked\n");
  EXPECT_EQ(run([&](const CommandIo& io) { return token_verify(settings_, io); }, "a.b.c\n").err,
            "refused: bad_token\n");
}

TEST_F(Commands, what_they_change_is_in_the_audit_log_as_an_operators_act) {
  ASSERT_EQ(create("ada").status, 0);
  const auto done = [&](auto command) { EXPECT_EQ(run(command).status, 0); };
  done([&](const CommandIo& io) { return account_set_roles(settings_, "ada", {"admin"}, io); });
  done([&](const CommandIo& io) { return account_reset_factors(settings_, "ada", io); });
  done([&](const CommandIo& io) { return account_end_sessions(settings_, "ada", io); });
  done([&](const CommandIo& io) { return account_disable(settings_, "ada", io); });
  done([&](const CommandIo& io) { return account_enable(settings_, "ada", io); });
  done([&](const CommandIo& io) { return keys_rotate(settings_, io); });
  const auto kid = Workbench(settings_).installation().keys.snapshot()->current->kid();
  done([&](const CommandIo& io) { return keys_revoke(settings_, kid, io); });
  done([&](const CommandIo& io) { return audit_export(settings_, "", "", io); });
  std::string types;
  Workbench bench(settings_);
  bench.installation().database->read_blocking([&](db::Transaction& tx) {
    tx.query("SELECT type, actor, fields FROM audit_event ORDER BY seq", {}, [&](const db::Row& row) {
      types += row.text(0) + " ";
      EXPECT_TRUE(row.is_null(1)) << row.text(0);
      EXPECT_NE(row.text(2).find(R"("by":"operator")"), std::string::npos) << row.text(0) << row.text(2);
      EXPECT_EQ(row.text(2).find("ada"), std::string::npos);
    });
  });
  EXPECT_EQ(types,
            "account.created account.roles_set factor.reset_by_admin account.sessions_ended account.disabled "
            "account.enabled key.rotated key.revoked audit.exported ");
}

}  // namespace
}  // namespace gatehouse::app
