#pragma once

#include <cstdint>
#include <mutex>
#include <random>

#include "platform/base/random.hpp"

namespace gatehouse::test {

// The same bytes in the same order for the same seed; never the same twice in one object. Thread-safe.
class FakeRandom final : public base::Random {
 public:
  explicit FakeRandom(std::uint64_t seed = 1) : engine_(seed) {}
  void fill(void* out, std::size_t size) override {
    const std::lock_guard lock(mutex_);
    auto* bytes = static_cast<unsigned char*>(out);
    for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<unsigned char>(engine_() & 0xff);
  }

 private:
  std::mutex mutex_;
  std::mt19937_64 engine_;  // guarded by mutex_
};

}  // namespace gatehouse::test
