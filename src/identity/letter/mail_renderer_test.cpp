#include "identity/letter/mail_renderer.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <memory>
#include <set>

#include "identity/account/identity_fixture.hpp"
#include "identity/letter/letter_sender.hpp"
#include "identity/mail/mail_outbox.hpp"
#include "identity/mail/mail_time.hpp"
#include "platform/mail/folder_mailer.hpp"
#include "tests/support/temp_dir.hpp"

namespace gatehouse::identity {
namespace {

using namespace std::chrono_literals;

class MailRendererTest : public ::testing::Test {
 protected:
  MailRendererTest() {
    account_ = stack_.register_account("alice");
    (void)stack_.mails();  // that of the registration is not what is tested here
  }
  std::optional<mail::Message> render(MailKind kind, MailEvent event = MailEvent::changed) {
    return renderer_->render({.kind = kind, .account = account_.id, .reference = reference_, .event = event}, "0198",
                             stack_.clock.now());
  }
  std::unique_ptr<MailRenderer> with(const mail::TemplateSet& templates, const std::string& locale) {
    return std::make_unique<MailRenderer>(
        MailRenderer::Parts{stack_.database, stack_.store, stack_.vault, tokens_, templates},
        MailRendererOptions{
            .base = "https://app.example", .service = "Example", .from = "no-reply@app.example", .locale = locale});
  }
  void write_in(const std::string& locale) { renderer_ = with(templates_, locale); }
  static int count(const std::string& text, const std::string& what) {
    int found = 0;
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++found;
    return found;
  }
  void facts(MailKind kind, std::optional<MailFacts> facts) {
    renderer_->provide(kind, [facts](db::Transaction&, const MailJob&) { return facts; });
  }

  IdentityStack stack_;
  Account account_;
  base::Uuid reference_ = base::Uuid::random(stack_.random);
  OneTimeTokenCodec tokens_{stack_.secrets.one_time_mac.clone()};
  mail::TemplateSet templates_;
  std::unique_ptr<MailRenderer> renderer_ = with(templates_, "en");
};

TEST_F(MailRendererTest, a_link_leads_to_the_configured_origin_with_the_token_in_its_fragment) {
  const auto message = render(MailKind::reset_password);
  ASSERT_TRUE(message);
  EXPECT_EQ(message->to.address, "alice@example.org");
  EXPECT_EQ(message->from.address, "no-reply@app.example");
  EXPECT_EQ(message->id, "0198");
  const auto begin = message->text.find("https://app.example/reset#token=");
  ASSERT_NE(begin, std::string::npos);
  const auto token = message->text.substr(begin + 32, message->text.find('\n', begin) - begin - 32);
  EXPECT_EQ(tokens_.decode(TokenPurpose::reset_password, token), reference_);
  const auto code = tokens_.code(TokenPurpose::reset_password, reference_);
  EXPECT_NE(message->text.find(code.expose()), std::string::npos);
  EXPECT_NE(message->html.find(code.expose()), std::string::npos);
  EXPECT_NE(message->text.find("alice"), std::string::npos);
}

TEST_F(MailRendererTest, each_letter_can_be_written_in_each_language) {
  for (const auto& locale : templates_.locales()) {
    write_in(locale);
    for (const auto& letter : all_letters()) {
      facts(letter.kind, MailFacts{.address = "bob@example.org", .values = {{"date", "2026-12-01"}}});
      const auto message = render(letter.kind);
      ASSERT_TRUE(message) << to_string(letter.kind);
      EXPECT_EQ(message->to.address, "bob@example.org");
      EXPECT_FALSE(message->subject.empty());
      EXPECT_NE(message->html.find("lang=\"" + locale + "\""), std::string::npos);
      EXPECT_NE(message->text.find("https://app.example"), std::string::npos);
    }
  }
}

TEST_F(MailRendererTest, a_letter_to_an_address_that_nobody_has_shown_to_read_names_nothing_somebody_chose) {
  for (const auto kind : {MailKind::verify_email, MailKind::confirm_new_email}) {
    const auto message = render(kind);
    ASSERT_TRUE(message);
    EXPECT_EQ(message->text.find("alice"), std::string::npos) << to_string(kind);
    EXPECT_EQ(message->html.find("alice"), std::string::npos) << to_string(kind);
  }
}

// Whoever registers a stranger's address writes nothing to the stranger by asking for a new password.
TEST_F(MailRendererTest, a_reset_names_the_account_only_to_an_address_that_was_proven) {
  account_ = stack_.register_unproven("visit-evil", "stranger@example.org");
  for (const auto& locale : templates_.locales()) {
    write_in(locale);
    const auto message = render(MailKind::reset_password);
    ASSERT_TRUE(message);
    for (const auto* part : {&message->text, &message->html}) {
      EXPECT_EQ(count(*part, "visit-evil"), 0) << *part;
      // In the sentence, and where every letter says whose it is.
      EXPECT_EQ(count(*part, "Example"), part == &message->text ? 2 : 4) << *part;
      EXPECT_EQ(count(*part, "https://app.example/reset#token="), 1) << *part;
    }
  }
}

TEST_F(MailRendererTest, each_change_of_factors_has_one_sentence_of_its_own_with_account_and_time) {
  const auto when = mail_time(stack_.clock.now());
  for (const auto& locale : templates_.locales()) {
    write_in(locale);
    std::set<std::string> texts;
    std::set<std::string> pages;
    for (std::size_t i = 0; i < kMailEvents; ++i) {
      facts(MailKind::factor_changed, MailFacts{.values = {{"factor", "my phone"}}});
      const auto event = static_cast<MailEvent>(i);
      const auto message = render(MailKind::factor_changed, event);
      ASSERT_TRUE(message);
      for (const auto* part : {&message->text, &message->html}) {
        EXPECT_EQ(count(*part, when), 1) << locale << " " << to_string(event) << "\n" << *part;
        EXPECT_EQ(count(*part, "alice"), 1) << *part;
        EXPECT_EQ(count(*part, "my phone"), event == MailEvent::added ? 1 : 0) << *part;
      }
      texts.insert(message->text);
      pages.insert(message->html);
    }
    EXPECT_EQ(texts.size(), kMailEvents);
    EXPECT_EQ(pages.size(), kMailEvents);
  }
}

TEST_F(MailRendererTest, a_letter_is_in_the_language_its_account_has_chosen_or_else_in_that_of_the_installation) {
  const auto chosen = [&](const std::string& language) {
    stack_.database.write_blocking([&](db::Transaction& tx) {
      const auto record = stack_.store.find_with_profile(tx, account_.id).value();
      auto profile = stack_.vault.open(record);
      profile.language = language;
      const NameChange change{.profile_sealed = stack_.vault.reseal(record, profile)};
      ASSERT_TRUE(stack_.store.change_names(tx, account_.id, change, stack_.clock.now()));
    });
    const auto message = render(MailKind::reset_password);
    return message ? message->html.substr(message->html.find("lang=") + 6, 2) : "none";
  };
  EXPECT_EQ(chosen(""), "en");
  EXPECT_EQ(chosen("de"), "de");
  EXPECT_EQ(chosen("fr"), "en") << "no templates";
  write_in("de");
  EXPECT_EQ(chosen("en"), "en");
  EXPECT_EQ(chosen(""), "de");
}

TEST_F(MailRendererTest, a_factor_that_was_added_and_is_gone_by_now_leaves_no_hole) {
  const auto message = render(MailKind::factor_changed, MailEvent::added);
  ASSERT_TRUE(message);
  EXPECT_NE(message->text.find("alice."), std::string::npos) << message->text;
}

TEST_F(MailRendererTest, the_letter_of_a_deletion_says_the_day_or_is_not_written) {
  facts(MailKind::account_deletion, MailFacts{.values = {{"date", "2026-12-01"}}});
  const auto message = render(MailKind::account_deletion);
  ASSERT_TRUE(message);
  EXPECT_NE(message->text.find("deleted on 2026-12-01"), std::string::npos) << message->text;
  facts(MailKind::account_deletion, MailFacts{});
  EXPECT_THROW(render(MailKind::account_deletion), std::logic_error);
}

TEST_F(MailRendererTest, what_somebody_chose_stays_text) {
  facts(MailKind::new_device, MailFacts{.values = {{"device", "<img src=x onerror=alert(1)>"}}});
  const auto message = render(MailKind::new_device);
  EXPECT_EQ(message->html.find("<img"), std::string::npos);
  EXPECT_NE(message->html.find("&lt;img"), std::string::npos);
}

TEST_F(MailRendererTest, X02_a_line_break_in_a_fact_makes_no_header) {
  test::TempDir folder;
  std::filesystem::create_directory(folder.path() / "en");
  std::ofstream(folder.path() / "en" / "new_device.txt") << "Subject: {{#device}}From {{device}}{{/device}}\n\nx";
  const mail::TemplateSet own(folder.path());
  renderer_ = with(own, "en");
  facts(MailKind::new_device, MailFacts{.values = {{"device", "x\r\nBcc: eve@example.org"}}});
  const auto message = render(MailKind::new_device);
  ASSERT_TRUE(message);
  EXPECT_EQ(mail::build_message(*message, stack_.clock.now(), stack_.random).error(), mail::MessageError::line_break);
}

TEST_F(MailRendererTest, a_disabled_account_and_one_that_is_gone_get_no_letter) {
  ASSERT_TRUE(test::run_on_loop(stack_.administration.disable(account_.id, IdentityStack::caller())));
  EXPECT_FALSE(render(MailKind::password_changed));
  account_.id = contract::AccountId(base::Uuid::random(stack_.random));
  EXPECT_FALSE(render(MailKind::password_changed));
}

// Nobody has us tell a stranger a username and the name of a factor that they made up.
TEST_F(MailRendererTest, no_notice_goes_to_an_address_that_nobody_has_proven) {
  account_ = stack_.register_unproven("mallory", "stranger@example.org");
  for (const auto& letter : all_letters()) {
    if (!letter.to_account) continue;
    facts(letter.kind, MailFacts{.values = {{"factor", "visit evil.example"}, {"date", "2026-12-01"}}});
    const bool asks = letter.purpose.has_value();
    EXPECT_EQ(render(letter.kind).has_value(), asks) << to_string(letter.kind);
  }
}

TEST_F(MailRendererTest, what_is_used_or_expired_is_not_written_about) {
  facts(MailKind::reset_password, std::nullopt);
  EXPECT_FALSE(render(MailKind::reset_password));
}

TEST_F(MailRendererTest, an_invite_needs_no_account) {
  facts(MailKind::invite, MailFacts{.address = "new@example.org", .values = {{"days", "7"}}});
  const auto message =
      renderer_->render({.kind = MailKind::invite, .account = {}, .reference = reference_}, "0198", stack_.clock.now());
  ASSERT_TRUE(message);
  EXPECT_EQ(message->to.address, "new@example.org");
  EXPECT_NE(message->text.find("https://app.example/invite#token=ghm_"), std::string::npos);
  EXPECT_NE(message->text.find("7 days"), std::string::npos);
}

TEST_F(MailRendererTest, a_template_that_uses_what_its_letter_has_not_is_refused_at_the_start) {
  test::TempDir folder;
  std::filesystem::create_directory(folder.path() / "en");
  std::ofstream(folder.path() / "en" / "password_changed.txt") << "Subject: x\n\n{{code}}";
  const mail::TemplateSet broken(folder.path());
  EXPECT_THROW(with(broken, "en"), mail::TemplateError);
}

// A section is a part of its letter, whether a fact opens it or the lack of one.
TEST_F(MailRendererTest, a_mistake_in_a_section_is_refused_at_the_start) {
  for (const char* text : {"{{#place}}{{plaec}}{{/place}}", "{{^place}}{{plaec}}{{/place}}"}) {
    test::TempDir folder;
    std::filesystem::create_directory(folder.path() / "en");
    std::ofstream(folder.path() / "en" / "new_device.txt") << "Subject: x\n\n" << text;
    const mail::TemplateSet broken(folder.path());
    EXPECT_THROW(with(broken, "en"), mail::TemplateError) << text;
  }
}

// From the transaction to the mailbox.
class LetterSenderTest : public MailRendererTest {
 protected:
  void ask(const MailJob& job) {
    stack_.database.write_blocking([&](db::Transaction& tx) { outbox_.send(tx, job); });
    stack_.clock.advance(queue::JobStore::kAfterTheAnswer);
  }
  std::string rows() {
    std::string all;
    stack_.database.read_blocking([&](db::Transaction& tx) {
      tx.query("SELECT kind, payload, reason FROM job", {}, [&](const db::Row& row) {
        all += row.text(0) + " " + row.text(1) + " " + (row.is_null(2) ? "" : row.text(2)) + "\n";
      });
    });
    return all;
  }

  std::string only_letter() {
    std::string text;
    for (const auto& file : std::filesystem::directory_iterator(root_.path() / "mail")) {
      EXPECT_TRUE(text.empty());
      std::ifstream in(file.path());
      text.assign(std::istreambuf_iterator<char>(in), {});
    }
    return text;
  }

  test::TempDir root_;
  queue::JobStore jobs_{stack_.clock, stack_.random};
  MailOutbox outbox_{jobs_};
  mail::FolderMailer mailer_{root_.path() / "mail", 10, stack_.clock, stack_.random};
  LetterSender sender_{*renderer_, mailer_, stack_.log.logger()};
  queue::Worker worker_{{stack_.database, jobs_, stack_.clock, stack_.random, stack_.log.logger(), stack_.metrics},
                        {.queue = std::string(kMailQueue)},
                        {.handler = [this](const queue::Job& job) { return sender_.send(job); }}};
};

TEST_F(LetterSenderTest, L02_no_address_name_token_or_code_is_in_the_queue_the_log_or_the_metrics) {
  ask({.kind = MailKind::reset_password, .account = account_.id, .reference = reference_});
  std::string seen = rows();
  EXPECT_TRUE(worker_.work_once());
  EXPECT_TRUE(stack_.log.contains("mail_sent"));
  for (const auto& line : stack_.log.lines()) seen += line + "\n";
  seen += stack_.metrics.render();
  const auto token = tokens_.encode(TokenPurpose::reset_password, reference_);
  const auto code = tokens_.code(TokenPurpose::reset_password, reference_);
  for (const std::string_view canary : {std::string_view("alice"), std::string_view("example.org"), token.expose(),
                                        code.expose(), std::string_view("token=")}) {
    EXPECT_EQ(seen.find(canary), std::string::npos) << canary;
  }
}

TEST_F(LetterSenderTest, a_letter_nobody_needs_any_more_is_dropped) {
  ask({.kind = MailKind::reset_password, .account = account_.id, .reference = reference_});
  ASSERT_TRUE(test::run_on_loop(stack_.administration.disable(account_.id, IdentityStack::caller())));
  EXPECT_TRUE(worker_.work_once());
  EXPECT_TRUE(stack_.log.contains("mail_dropped"));
  EXPECT_EQ(rows(), "");
  EXPECT_FALSE(std::filesystem::exists(root_.path() / "mail"));
}

TEST_F(LetterSenderTest, a_letter_that_had_to_wait_tells_when_it_happened_not_when_it_was_sent) {
  const auto happened = mail_time(stack_.clock.now());
  ask({.kind = MailKind::password_changed, .account = account_.id});
  stack_.clock.advance(3h);
  EXPECT_TRUE(worker_.work_once());
  const auto letter = only_letter();
  EXPECT_NE(letter.find(happened), std::string::npos) << letter;
  EXPECT_EQ(letter.find(mail_time(stack_.clock.now())), std::string::npos) << letter;
}

TEST_F(LetterSenderTest, what_can_not_be_sent_becomes_a_dead_letter_without_an_address) {
  facts(MailKind::invite, MailFacts{.address = "not an address"});
  ask({.kind = MailKind::invite, .account = {}, .reference = reference_});
  EXPECT_TRUE(worker_.work_once());
  EXPECT_NE(rows().find("malformed"), std::string::npos);
  EXPECT_EQ(rows().find("not an address"), std::string::npos);
}

}  // namespace
}  // namespace gatehouse::identity
