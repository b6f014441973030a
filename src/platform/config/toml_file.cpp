#include "platform/config/toml_file.hpp"

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <optional>
#include <system_error>
#include <utility>

#include "platform/config/text.hpp"

#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
#define TOML_ENABLE_WINDOWS_COMPAT 0
#define TOML_MAX_NESTED_VALUES 32
#include <toml++/toml.h>

namespace gatehouse::config {
namespace {

static_assert(TOML_MAX_NESTED_VALUES == kMaxValueDepth);

std::string at_line(std::string_view name, std::size_t line) { return std::string(name) + ":" + std::to_string(line); }

// Walks over the text as TOML's own rules for strings and comments say, and finds the first line whose key has too many
// parts. The parser bounds the depth of values but not of keys, and destroys its tree by recursion: `a.a.a.…` of a
// megabyte would exhaust the stack. Where the text is malformed the walk may lose its way, but only behind the point
// where the parser stops.
class KeyDepthScan {
 public:
  explicit KeyDepthScan(std::string_view text) : text_(text) {}

  std::optional<std::size_t> first_line_too_deep() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '#') {
        at_ = std::min(text_.find('\n', at_), text_.size());
      } else if (c == '"' || c == '\'') {
        skip_string(c);
      } else {
        if (c == '.') ++dots_;
        if (c == '\n' || c == '=' || c == ',' || c == '[' || c == '{') dots_ = 0;
        if (c == '\n') ++line_;
        if (dots_ >= kMaxKeyDepth) return line_;
        ++at_;
      }
    }
    return std::nullopt;
  }

 private:
  void skip_string(char quote) {
    const std::string three(3, quote);
    const bool multi_line = text_.substr(at_, 3) == three;
    const bool escapes = quote == '"';
    at_ += multi_line ? 3 : 1;
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == '\n') {
        if (!multi_line) return;
        ++line_;
      } else if (c == '\\' && escapes) {
        if (text_.substr(at_ + 1, 1) == "\n") ++line_;
        ++at_;
      } else if (c == quote && (!multi_line || text_.substr(at_, 3) == three)) {
        at_ += multi_line ? 3 : 1;
        // Up to two quotes may stand before the closing three: `""""` ends behind its fourth.
        while (multi_line && at_ < text_.size() && text_[at_] == quote) ++at_;
        return;
      }
    }
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
  std::size_t dots_ = 0;
};

Value convert(const toml::node& node);

Table convert_table(const toml::table& source) {
  Table table;
  for (const auto& [key, node] : source) {
    Value value = convert(node);
    // A table made by a dotted key knows no line of its own.
    value.line = std::max<std::size_t>(value.line, key.source().begin.line);
    table.push_back({std::string(key.str()), std::move(value)});
  }
  std::stable_sort(table.begin(), table.end(),
                   [](const Member& a, const Member& b) { return a.value.line < b.value.line; });
  return table;
}

Value convert(const toml::node& node) {
  Value value;
  value.line = node.source().begin.line;
  if (const auto* boolean = node.as_boolean()) {
    value.data = boolean->get();
  } else if (const auto* integer = node.as_integer()) {
    value.data = integer->get();
  } else if (const auto* number = node.as_floating_point()) {
    value.data = number->get();
  } else if (const auto* text = node.as_string()) {
    value.data = text->get();
  } else if (const auto* array = node.as_array()) {
    List list;
    for (const auto& item : *array) list.push_back(convert(item));
    value.data = std::move(list);
  } else if (const auto* table = node.as_table()) {
    value.data = convert_table(*table);
  }
  return value;
}

}  // namespace

base::Result<std::string, Problem> read_file(const std::filesystem::path& path, std::size_t limit) {
  const auto refuse = [&](std::string message, std::string remedy) {
    return Problem{path.string(), "", std::move(message), std::move(remedy)};
  };
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status)) return refuse("can't be read: no such file", "name a file that exists");
  if (!std::filesystem::is_regular_file(status)) return refuse("is not a regular file", "name a file");
  std::ifstream stream(path, std::ios::binary);
  if (!stream) return refuse("can't be opened", "let the account that runs gatehouse read it");
  std::string text(limit + 1, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (stream.bad()) return refuse("can't be read", "check the file system");
  text.resize(static_cast<std::size_t>(stream.gcount()));
  if (text.size() > limit) return refuse("is larger than " + std::to_string(limit) + " bytes", "make it smaller");
  return {boost::system::in_place_value, std::move(text)};
}

base::Result<Table, Problem> parse_toml(std::string_view name, std::string_view text) {
  if (text.size() > kMaxFileBytes) {
    return Problem{std::string(name), "", "is larger than " + std::to_string(kMaxFileBytes) + " bytes",
                   "make it smaller"};
  }
  if (!is_text(text)) return Problem{std::string(name), "", "is not UTF-8 text", "save it as UTF-8"};
  if (const auto line = KeyDepthScan(text).first_line_too_deep()) {
    return Problem{at_line(name, *line), "", "a key of more than " + std::to_string(kMaxKeyDepth) + " parts",
                   "no setting is that deep"};
  }
  const toml::parse_result parsed = toml::parse(text);
  if (!parsed) {
    const toml::parse_error& error = parsed.error();
    return Problem{at_line(name, error.source().begin.line), "", "not valid TOML: " + printable(error.description()),
                   "correct the syntax (https://toml.io/en/v1.0.0)"};
  }
  return convert_table(parsed.table());
}

}  // namespace gatehouse::config
