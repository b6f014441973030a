#include "app/settings_schema_pages.hpp"

#include <algorithm>

#include "app/settings_forms.hpp"
#include "web/colour.hpp"

namespace gatehouse::app {
namespace {

using config::Complaint;

Complaint check_name(std::string_view text) {
  const bool printable = std::none_of(text.begin(), text.end(), [](unsigned char c) { return c < ' ' || c == 0x7F; });
  if (!text.empty() && text.size() <= 64 && printable) return std::nullopt;
  return "must be 1 to 64 bytes of printable text";
}

// An accent is a button's ground and a link's colour: who sees little must be able to read both.
Complaint check_accent(std::string_view text, std::string_view ground) {
  if (text.empty()) return std::nullopt;
  if (!web::is_colour(text)) return "must be a colour such as \"#3b4cca\"";
  if (web::contrast(text, ground) >= web::kReadable) return std::nullopt;
  return "is hard to read on " + std::string(ground) + ": the contrast must be 4.5 to 1 or more (WCAG 2.2)";
}

Complaint check_language(std::string_view text) {
  if (text == "en" || text == "de") return std::nullopt;
  return "must be of en and de";
}

}  // namespace

void add_pages(config::Schema& s, PagesSettings& m) {
  s.boolean("pages.enabled", m.enabled, "Serve the pages for people: sign-in, recovery, account, administration.");
  s.text("pages.name", m.name, "1 to 64 bytes of text", check_name, "What people sign in to, as the pages call it.");
  s.path("pages.logo_file", m.logo_file, "An SVG, PNG or WebP image of at most 64 KiB. Empty: the name alone.");
  s.text(
      "pages.accent", m.accent, "a colour such as #3b4cca",
      [](std::string_view text) { return check_accent(text, web::kLightGround); },
      "The colour of buttons and links on light ground. Empty: that of Gatehouse.");
  s.text(
      "pages.accent_dark", m.accent_dark, "a colour such as #9db0ff",
      [](std::string_view text) { return check_accent(text, web::kDarkGround); }, "The same on dark ground.");
  s.list("pages.languages", m.languages, "en, de", check_language, "Offered, the first where none fits. Empty: all.");
  s.list("pages.return_origins", m.return_origins, "origins such as https://app.example", check_origin,
         "Besides its own, where the sign-in page may send a browser afterwards.");
}

}  // namespace gatehouse::app
