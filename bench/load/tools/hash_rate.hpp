#pragma once

#include <chrono>
#include <cstddef>

#include "crypto/password.hpp"

namespace gatehouse::bench {

// Password checks a second with `threads` that do nothing else: what the machine allows, the measure of `signin`.
[[nodiscard]] double hashes_per_second(const crypto::PasswordCost& cost, std::size_t threads,
                                       std::chrono::milliseconds duration);

}  // namespace gatehouse::bench
