#pragma once

#include <span>
#include <string>

#include "platform/config/loader.hpp"
#include "platform/config/schema.hpp"

namespace gatehouse::config {

// For people: a line for each setting with its value and where that came from, and under it what it does.
[[nodiscard]] std::string show_text(std::span<const Entry> entries);

// For programs: a JSON array, an object for each setting; values as TOML text.
[[nodiscard]] std::string show_json(std::span<const Entry> entries);

// The reference as Markdown tables, one for each table of the file, from the very rows that read it.
// REQUIRES: a schema bound to defaults.
[[nodiscard]] std::string reference_markdown(const Schema& schema);

}  // namespace gatehouse::config
