#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "platform/base/keyed_hash.hpp"
#include "platform/http/route.hpp"
#include "web/assets.hpp"
#include "web/document.hpp"

namespace gatehouse::web {

inline constexpr std::string_view kAssetFolder = "/_gatehouse/";
inline constexpr std::string_view kThemePath = "/_gatehouse/theme.css";
inline constexpr std::string_view kLogoPath = "/_gatehouse/logo";

// The pages for people: sign-in, recovery, the account, administration. All answer the same document, whose script
// shows what the path asks for; who may see what is decided where the data is asked for, not here. Immutable after
// construction; thread-safe.
class Pages {
 public:
  // REQUIRES: `assets` hold an `index.html`, and outlive it; otherwise there are no routes.
  explicit Pages(PageOptions options, std::span<const Asset> assets = built_assets());

  // One row a page and one for all assets. REQUIRES: this outlives them.
  [[nodiscard]] std::vector<http::Route> routes() const;

  // For who is in a browser where there is no route: the way from `/` and from a page's path with a slash too many, or
  // a page that says so, as 404. Nothing for programs, and under the paths of the interface.
  [[nodiscard]] std::optional<http::Response> stray(const http::Request& request) const;

 private:
  [[nodiscard]] http::Response page() const;
  [[nodiscard]] http::Response document(const http::Request& request) const;
  [[nodiscard]] http::Response asset(const http::Request& request) const;

  PageOptions options_;
  std::string document_;
  std::string theme_;
  std::string logo_etag_;
  std::string theme_etag_;
  std::unordered_map<std::string_view, const Asset*, base::KeyedHash, std::equal_to<>> assets_;
};

// The paths of the pages, as patterns of the route table.
[[nodiscard]] std::span<const std::string_view> page_paths();

}  // namespace gatehouse::web
