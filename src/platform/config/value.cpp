#include "platform/config/value.hpp"

#include <array>

namespace gatehouse::config {

const char* Value::type_name() const {
  static constexpr std::array<const char*, 7> kNames{"a date or time", "true or false", "a whole number", "a number",
                                                     "a string",       "a list",        "a table"};
  return kNames[data.index()];
}

}  // namespace gatehouse::config
