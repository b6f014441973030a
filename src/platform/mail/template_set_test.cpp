#include "platform/mail/template_set.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/temp_dir.hpp"

namespace gatehouse::mail {
namespace {

class TemplateSetTest : public ::testing::Test {
 protected:
  void write(const std::string& name, const std::string& text) {
    const auto path = folder_.path() / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << text;
  }
  void write_letter(const std::string& text, const std::string& html) {
    write("en/test.txt", text);
    write("en/test.html", html);
  }
  Rendered render(const Values& values) { return TemplateSet(folder_.path()).render("en", "test", values); }

  test::TempDir folder_;
};

TEST_F(TemplateSetTest, fills_text_and_html_each_in_its_own_way) {
  write_letter("Subject: For {{name}}\n\nHello {{name}}", "<p>{{name}}</p>");
  const auto rendered = render({{"name", "<b>&\"Ann\""}});
  EXPECT_EQ(rendered.subject, "For <b>&\"Ann\"");
  EXPECT_EQ(rendered.text, "Hello <b>&\"Ann\"");
  EXPECT_EQ(rendered.html, "<p>&lt;b&gt;&amp;&quot;Ann&quot;</p>");
}

TEST_F(TemplateSetTest, a_variable_nobody_knows_is_an_error) {
  write_letter("Subject: x\n\n{{nmae}}", "<p>x</p>");
  EXPECT_THROW(render({{"name", "Ann"}}), TemplateError);
  write_letter("Subject: x\n\nx", "{{#nmae}}x{{/nmae}}");
  EXPECT_THROW(render({{"name", "Ann"}}), TemplateError);
  write_letter("Subject: x\n\nx", "{{> nowhere}}");
  EXPECT_THROW(render({{"name", "Ann"}}), TemplateError);
}

TEST_F(TemplateSetTest, a_section_disappears_with_its_value) {
  write_letter("Subject: x\n\n{{#place}}\nfrom {{place}}\n{{/place}}\nend", "<p>x</p>");
  EXPECT_EQ(render({{"place", "Bern"}}).text, "from Bern\nend");
  EXPECT_EQ(render({{"place", ""}}).text, "end");
}

TEST_F(TemplateSetTest, a_value_is_no_template) {
  write_letter("Subject: x\n\n{{name}}", "<p>{{name}}</p>");
  EXPECT_EQ(render({{"name", "{{secret}}"}, {"secret", "s"}}).text, "{{secret}}");
}

TEST_F(TemplateSetTest, html_without_escaping_is_refused) {
  write_letter("Subject: x\n\nx", "<p>{{{name}}}</p>");
  EXPECT_THROW(TemplateSet(folder_.path()), TemplateError);
  write_letter("Subject: x\n\nx", "<p>{{&name}}</p>");
  EXPECT_THROW(TemplateSet(folder_.path()), TemplateError);
}

TEST_F(TemplateSetTest, what_is_broken_shows_when_it_is_read) {
  write_letter("Subject: x\n\n{{#open}}", "<p>x</p>");
  EXPECT_THROW(TemplateSet(folder_.path()), TemplateError);
  write_letter("no subject", "<p>x</p>");
  EXPECT_THROW(TemplateSet(folder_.path()), TemplateError);
  write_letter("Subject: x\n\n" + std::string(70'000, 'x'), "<p>x</p>");
  EXPECT_THROW(TemplateSet(folder_.path()), TemplateError);
  std::filesystem::remove_all(folder_.path() / "en");
  write("en/half.txt", "Subject: x\n\nx");
  EXPECT_THROW(TemplateSet(folder_.path()), TemplateError);
  EXPECT_THROW(TemplateSet(folder_.path() / "nowhere"), TemplateError);
}

TEST_F(TemplateSetTest, a_folder_replaces_files_and_adds_locales) {
  write("fr/test.txt", "Subject: essai\n\nbonjour");
  write("fr/test.html", "{{> head}}<p>bonjour</p>");
  write("_head.html", "<h1>ours</h1>");
  const TemplateSet set(folder_.path());
  EXPECT_EQ(set.locales(), (std::set<std::string>{"de", "en", "fr"}));
  EXPECT_EQ(set.render("fr", "test", {}).html, "<h1>ours</h1><p>bonjour</p>");
}

TEST(BuiltInTemplates, are_there_in_each_locale_and_load_nothing_from_outside) {
  const TemplateSet set;
  EXPECT_EQ(set.locales(), (std::set<std::string>{"de", "en"}));
  for (const auto& file : built_in_templates()) {
    EXPECT_EQ(file.text.find("<img"), std::string_view::npos) << file.name;
    EXPECT_EQ(file.text.find("http"), std::string_view::npos) << file.name;
  }
}

}  // namespace
}  // namespace gatehouse::mail
