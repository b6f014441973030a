#include "platform/config/problem.hpp"

#include "platform/config/text.hpp"

namespace gatehouse::config {

std::string to_string(const Problem& problem) {
  std::string line = printable(problem.where) + ": ";
  if (!problem.key.empty()) line += printable(problem.key) + ": ";
  line += problem.message;
  if (!problem.remedy.empty()) line += "; " + problem.remedy;
  return line;
}

}  // namespace gatehouse::config
