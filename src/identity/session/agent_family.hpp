#pragma once

#include <string>
#include <string_view>

namespace gatehouse::identity {

// What a User-Agent claims to be, in a few words of our own ("Firefox on Linux"): enough for an owner to know a device
// by, and never a word of the header itself, which is whatever its sender wrote. "Another program" for what it does
// not know.
[[nodiscard]] std::string agent_family(std::string_view user_agent);

}  // namespace gatehouse::identity
