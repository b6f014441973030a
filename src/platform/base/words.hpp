#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::base {

// A list of words as one text, separated by single spaces: how a column holds methods of a sign-in or roles.
// REQUIRES: no word is empty or holds a space; then split_words(join_words(words)) == words.
[[nodiscard]] std::string join_words(const std::vector<std::string>& words);
[[nodiscard]] std::vector<std::string> split_words(std::string_view text);

// Each once, in the order of their bytes.
[[nodiscard]] std::vector<std::string> sorted_words(std::vector<std::string> words);

}  // namespace gatehouse::base
