#pragma once

#include <string_view>

namespace gatehouse::text {

// The name of a language that letters may be written in, which is that of a folder of templates: 2 to 12 of a-z and -,
// such as `en` or `pt-br`. Whether there are templates in it is asked when a letter is written. Thread-safe.
[[nodiscard]] bool is_language(std::string_view text);

}  // namespace gatehouse::text
