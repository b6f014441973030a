#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "identity/account/mistake.hpp"

namespace gatehouse::identity {

// The name of a language that letters may be written in, which is that of a folder of templates: 2 to 12 of a-z and -,
// such as `en` or `pt-br`. Whether there are templates in it is asked when a letter is written.
[[nodiscard]] bool is_language(std::string_view text);

// Of the field `language`. Nothing: it is one, or empty, which leaves it to the installation.
[[nodiscard]] std::optional<FieldProblem> language_problem(std::string_view text);

}  // namespace gatehouse::identity
