#pragma once

#include <cstdint>
#include <filesystem>
#include <istream>

namespace gatehouse::identity {

// Makes the file that PasswordFilter maps. For commands; blocks.
class PasswordFilterBuilder {
 public:
  enum class Lines : std::uint8_t {
    sha1,   // `SHA1-IN-HEX` or `SHA1-IN-HEX:COUNT`, as Have I Been Pwned's list has them; any order
    plain,  // passwords; those of fewer than 8 bytes, which no policy lets pass, are left out
  };

  // Reads `list` twice (to count, to fill), writes beside `out` and puts it in place when it is whole. The number of
  // entries. Throws std::runtime_error with a text for the operator: a line of another form, no entry, no room.
  static std::uint64_t build(const std::filesystem::path& list, Lines lines, const std::filesystem::path& out);
};

}  // namespace gatehouse::identity
