#include "platform/base/random.hpp"

#include <sodium.h>

#include <cstdlib>

namespace gatehouse::base {

SystemRandom::SystemRandom() {
  if (sodium_init() < 0) std::abort();  // no source of randomness: nothing that follows could be safe
}

void SystemRandom::fill(void* out, std::size_t size) { randombytes_buf(out, size); }

}  // namespace gatehouse::base
