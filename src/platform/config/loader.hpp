#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "platform/config/problem.hpp"
#include "platform/config/schema.hpp"

namespace gatehouse::config {

using Environment = std::vector<std::pair<std::string, std::string>>;  // name, value

// A command-line flag that stands for a setting.
struct Flag {
  std::string flag;  // `--listen`
  std::string key;   // `server.listen`
  std::string value;
};

struct FileText {
  std::string name;  // what problems and origins call it
  std::string text;
};

// In rising precedence: the members' own defaults, `file`, GATEHOUSE_* of `environment`, `flags`.
struct Sources {
  std::optional<FileText> file{};
  Environment environment{};
  std::vector<Flag> flags{};
  // GATEHOUSE_* variables that are no settings but known to be there for another reason: names, or prefixes that end
  // in `*`.
  std::vector<std::string> ignored_variables{};
};

// One setting as it stands after loading, ready to be shown.
struct Entry {
  std::string key;
  std::string type;
  std::string accepted;
  std::string description;
  std::string default_text;  // as TOML
  std::string value_text;    // as TOML; of a secret only whether there is one
  std::string origin;        // `default`, `file gatehouse.toml:12`, `environment GATEHOUSE_X`, `flag --listen`
};

// What load() found out. Whoever checks combinations of settings afterwards adds to the same list of problems.
class Outcome {
 public:
  std::vector<Problem> problems;
  std::vector<Entry> entries;

  // Where the setting's value came from; `default` for one nobody gave.
  [[nodiscard]] std::string origin_of(const std::string& key) const;
  // The same as a problem's `where`: without the word `file`.
  [[nodiscard]] std::string where_of(const std::string& key) const;
  // A problem was found with this key: its member may not be what the user meant, so don't judge it again.
  [[nodiscard]] bool failed(const std::string& key) const;

 private:
  friend class Loading;
  std::map<std::string, std::string> origins_;
};

// Fills the members of `schema` and reports everything that is wrong, not just the first: unknown keys and variables,
// wrong types, values out of range, what is given twice. A setting with a problem keeps its weaker value.
[[nodiscard]] Outcome load(Schema& schema, const Sources& sources);

}  // namespace gatehouse::config
