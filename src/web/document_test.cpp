#include "web/document.hpp"

#include <gtest/gtest.h>

namespace gatehouse::web {
namespace {

constexpr std::string_view kTemplate =
    "<meta name=\"gatehouse\" content=\"{{settings}}\"><title>{{name}}</title><!--theme-->";

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

TEST(Document, a_name_is_text_wherever_it_stands) {
  PageOptions options;
  options.name = R"(A"><script>alert('1')</script>&{{settings}})";
  const auto document = fill_document(kTemplate, options);
  EXPECT_FALSE(has(document, "<script"));
  EXPECT_FALSE(has(document, "'1'"));
  EXPECT_TRUE(has(document, "<title>A&quot;&gt;&lt;script&gt;"));
}

TEST(Document, says_what_there_is) {
  PageOptions options;
  options.registration = false;
  options.password_min = 14;
  options.return_origins = {"https://app.example"};
  options.offers = {"GET /v1/admin/accounts"};
  options.letter_languages = {"fr", "de"};
  const auto document = fill_document(kTemplate, options);
  EXPECT_TRUE(has(document, "&quot;registration&quot;:false"));
  EXPECT_TRUE(has(document, "&quot;password_min&quot;:14"));
  EXPECT_TRUE(has(document, "&quot;return_origins&quot;:[&quot;https://app.example&quot;]"));
  EXPECT_TRUE(has(document, "&quot;offers&quot;:[&quot;GET /v1/admin/accounts&quot;]"));
  EXPECT_TRUE(has(document, "&quot;letter_languages&quot;:[&quot;fr&quot;,&quot;de&quot;]"));
  EXPECT_TRUE(has(document, "&quot;logo&quot;:null"));
  EXPECT_FALSE(has(document, "stylesheet"));
}

TEST(Document, own_colours_come_with_what_is_readable_on_them) {
  PageOptions options;
  EXPECT_EQ(theme_sheet(options), "");
  options.accent = "#8a0f2c";
  options.accent_dark = "#ffb3c1";
  EXPECT_EQ(theme_sheet(options),
            ":root{--brand-light:#8a0f2c;--on-brand-light:#ffffff}:root{--brand-dark:#ffb3c1;--on-brand-dark:#000000}");
  EXPECT_TRUE(has(fill_document(kTemplate, options), "<link rel=\"stylesheet\" href=\"/_gatehouse/theme.css\">"));
}

}  // namespace
}  // namespace gatehouse::web
