#pragma once

#include <string>

namespace gatehouse::config {

// One thing that is wrong with the configuration. Never holds a setting's value: it might be a secret, or a secret that
// was put in the wrong place.
struct Problem {
  std::string where;    // `gatehouse.toml:12`, `environment GATEHOUSE_LOG_LEVEL`, `flag --listen`, `default`
  std::string key;      // dotted; empty where the whole source is meant
  std::string message;  // what is wrong
  std::string remedy;   // what would be right
};

// One line, fit for a terminal and a log: whatever came from outside is escaped.
[[nodiscard]] std::string to_string(const Problem& problem);

}  // namespace gatehouse::config
