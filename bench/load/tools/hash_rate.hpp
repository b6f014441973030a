#pragma once

#include <chrono>
#include <cstddef>

namespace gatehouse::bench {

struct HashRate {
  double per_second = 0;      // of all threads together
  double per_cpu_second = 0;  // of one core that does nothing else, also when others share it
};

enum class HashKind {
  library,  // libsodium's crypto_pwhash_str_verify
  own,      // PasswordHasher
};

// Password checks with `threads` that do nothing else: what the machine allows, the measure of `signin`.
[[nodiscard]] HashRate measure_hash_rate(HashKind kind, std::size_t threads, std::chrono::milliseconds duration);

}  // namespace gatehouse::bench
