#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::web {

// What the pages are told of the installation, at the start, in the document itself: nothing is asked for first, and
// nothing is guessed.
struct PageOptions {
  std::string name = "Gatehouse";               // what a person signs in to
  std::string logo{};                           // the image itself; empty: none
  std::string logo_type{};                      // its media type
  std::string accent{};                         // `#rrggbb` on light ground; empty: our own
  std::string accent_dark{};                    // on dark ground
  std::vector<std::string> languages{};         // of those built in; empty: all
  std::vector<std::string> letter_languages{};  // that letters can be written in, the installation's own first
  std::vector<std::string> return_origins{};
  std::vector<std::string>
      offers{};  // `GET /v1/admin/accounts`: what administrators may find there; else it is not shown
  bool registration = true;
  std::size_t password_min = 12;  // characters
  std::size_t password_max = 256;
};

// `template_text` (index.html as Vite left it) with the name, the settings as JSON in a meta element, and the links to
// the theme and the logo where there are any. Every value is escaped for where it stands.
[[nodiscard]] std::string fill_document(std::string_view template_text, const PageOptions& options);

// The style sheet of the installation's own colours; empty when it has none.
[[nodiscard]] std::string theme_sheet(const PageOptions& options);

}  // namespace gatehouse::web
