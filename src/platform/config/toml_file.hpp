#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

#include "platform/base/result.hpp"
#include "platform/config/problem.hpp"
#include "platform/config/value.hpp"

namespace gatehouse::config {

inline constexpr std::size_t kMaxFileBytes = 1 << 20;
inline constexpr std::size_t kMaxKeyDepth = 16;    // dots in one key
inline constexpr std::size_t kMaxValueDepth = 32;  // arrays and inline tables inside each other

// A whole file of at most `limit` bytes, or what is wrong with it. A directory or device is refused.
[[nodiscard]] base::Result<std::string, Problem> read_file(const std::filesystem::path& path,
                                                           std::size_t limit = kMaxFileBytes);

// TOML 1.0. The text is hostile: bounded in size and depth before the parser sees it, so that neither its stack nor
// its time can be driven up. `name` is what problems call the file. The first error of syntax is the only one told.
[[nodiscard]] base::Result<Table, Problem> parse_toml(std::string_view name, std::string_view text);

}  // namespace gatehouse::config
