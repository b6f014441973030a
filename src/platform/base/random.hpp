#pragma once

#include <cstddef>
#include <string>

namespace gatehouse::base {

// Injected wherever something unguessable is made. Thread-safe.
class Random {
 public:
  virtual ~Random() = default;
  virtual void fill(void* out, std::size_t size) = 0;
  [[nodiscard]] std::string bytes(std::size_t size) {
    std::string out(size, '\0');
    fill(out.data(), size);
    return out;
  }
};

// The operating system's generator, through libsodium. The only one production code uses.
class SystemRandom final : public Random {
 public:
  SystemRandom();
  void fill(void* out, std::size_t size) override;
};

}  // namespace gatehouse::base
