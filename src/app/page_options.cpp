#include "app/page_options.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <utility>

namespace gatehouse::app {
namespace {

constexpr std::size_t kLargestLogo = 64 * 1024;

struct ImageType {
  std::string_view extension;
  const char* media_type;
};
constexpr std::array kImageTypes{ImageType{".svg", "image/svg+xml"}, ImageType{".png", "image/png"},
                                 ImageType{".webp", "image/webp"}};

std::string media_type_of(const std::filesystem::path& file) {
  for (const auto& [extension, media_type] : kImageTypes) {
    if (file.extension() == extension) return media_type;
  }
  throw std::runtime_error("pages.logo_file: must end in .svg, .png or .webp");
}

std::string read_logo(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::string content(kLargestLogo + 1, '\0');
  stream.read(content.data(), static_cast<std::streamsize>(content.size()));
  content.resize(static_cast<std::size_t>(stream.gcount()));
  if (content.empty()) throw std::runtime_error("pages.logo_file: " + file.string() + " can't be read, or is empty");
  if (content.size() > kLargestLogo) throw std::runtime_error("pages.logo_file: has more than 64 KiB");
  return content;
}

const char* name_of(http::Method method) {
  switch (method) {
    case http::Method::get: return "GET ";
    case http::Method::post: return "POST ";
    case http::Method::put: return "PUT ";
    case http::Method::patch: return "PATCH ";
    case http::Method::delete_: return "DELETE ";
    default: return "";
  }
}

}  // namespace

web::PageOptions page_options(const Settings& settings, const std::vector<http::Route>& routes,
                              const std::set<std::string>& letter_languages) {
  const auto& pages = settings.pages;
  web::PageOptions options;
  options.name = pages.name;
  if (!pages.logo_file.empty()) {
    options.logo_type = media_type_of(pages.logo_file);
    options.logo = read_logo(pages.logo_file);
  }
  options.accent = pages.accent;
  options.accent_dark = pages.accent_dark;
  options.languages = pages.languages;
  options.letter_languages = {settings.mail.locale};
  std::ranges::copy_if(letter_languages, std::back_inserter(options.letter_languages),
                       [&](const auto& name) { return name != settings.mail.locale; });
  options.return_origins = pages.return_origins;
  for (const auto& route : routes) {
    if (route.path.starts_with("/v1/admin/")) options.offers.push_back(name_of(route.method) + route.path);
  }
  options.registration = settings.registration.enabled;
  options.password_min = settings.password.min_length;
  options.password_max = settings.password.max_length;
  return options;
}

}  // namespace gatehouse::app
