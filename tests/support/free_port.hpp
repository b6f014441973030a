#pragma once

#include <cstdint>

namespace gatehouse::test {

// A port that nobody listens on at this moment. Another process may take it first: whoever starts a server on it must
// see that it came up, and try again.
[[nodiscard]] std::uint16_t free_port();

}  // namespace gatehouse::test
