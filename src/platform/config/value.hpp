#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace gatehouse::config {

struct Member;
struct Value;
using List = std::vector<Value>;
using Table = std::vector<Member>;  // in the order of the file

// A value as a source gave it, before a setting has judged it.
struct Value {
  // monostate: a TOML date or time, which no setting takes.
  std::variant<std::monostate, bool, std::int64_t, double, std::string, List, Table> data;
  std::size_t line = 0;  // of the file, from 1; 0 where there is none

  // `a string`, `an integer` …, for problems.
  [[nodiscard]] const char* type_name() const;
};

struct Member {
  std::string name;
  Value value;
};

}  // namespace gatehouse::config
