#pragma once

#include <cstddef>

namespace gatehouse::app {

// Cores this process may run on (its affinity mask, not the machine's size); at least 1.
[[nodiscard]] std::size_t usable_cores();

// Half the descriptors the process may open: what is left is for databases, files and upstreams. At least 16.
[[nodiscard]] std::size_t half_the_descriptors();

}  // namespace gatehouse::app
