#include "web/document.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "web/colour.hpp"
#include "web/pages.hpp"

namespace gatehouse::web {
namespace {

std::string escape_html(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      default: out += c;
    }
  }
  return out;
}

boost::json::array texts(const std::vector<std::string>& items) {
  boost::json::array array;
  for (const auto& item : items) array.emplace_back(item);
  return array;
}

std::string settings_json(const PageOptions& options) {
  return boost::json::serialize(
      boost::json::object{{"name", options.name},
                          {"logo", options.logo.empty() ? boost::json::value(nullptr) : boost::json::value(kLogoPath)},
                          {"languages", texts(options.languages)},
                          {"letter_languages", texts(options.letter_languages)},
                          {"return_origins", texts(options.return_origins)},
                          {"offers", texts(options.offers)},
                          {"registration", options.registration},
                          {"password_min", options.password_min},
                          {"password_max", options.password_max}});
}

void replace_once(std::string& text, std::string_view mark, std::string_view with) {
  if (const auto at = text.find(mark); at != std::string::npos) text.replace(at, mark.size(), with);
}

void add_colour(std::string& sheet, std::string_view ground, const std::string& accent) {
  if (accent.empty()) return;
  const std::string on = better_on(accent);
  sheet +=
      ":root{--brand-" + std::string(ground) + ":" + accent + ";--on-brand-" + std::string(ground) + ":" + on + "}";
}

}  // namespace

std::string fill_document(std::string_view template_text, const PageOptions& options) {
  std::string document(template_text);
  replace_once(document, "{{settings}}", escape_html(settings_json(options)));
  replace_once(
      document, "<!--theme-->",
      theme_sheet(options).empty() ? "" : "<link rel=\"stylesheet\" href=\"" + std::string(kThemePath) + "\">");
  replace_once(document, "{{name}}", escape_html(options.name));
  return document;
}

std::string theme_sheet(const PageOptions& options) {
  std::string sheet;
  add_colour(sheet, "light", options.accent);
  add_colour(sheet, "dark", options.accent_dark);
  return sheet;
}

}  // namespace gatehouse::web
