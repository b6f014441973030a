#pragma once

#include <span>
#include <string_view>

namespace gatehouse::web {

// A file that Vite made of web/, as it stands in the program: whole, and compressed where that is shorter (else empty).
// Its name carries a hash of its content, so what a name stands for never changes.
struct Asset {
  std::string_view name;  // `main-B1x9.js`
  std::string_view content_type;
  std::string_view identity;
  std::string_view gzip;
  std::string_view brotli;
  std::string_view digest;  // of the content, for ETag
};

// What was built in; the document is called `index.html`. Empty in a program that was configured without
// GATEHOUSE_WEB, which has no pages.
[[nodiscard]] std::span<const Asset> built_assets();

}  // namespace gatehouse::web
