#include "platform/base/secret.hpp"

#include <sodium.h>

#include <utility>

namespace gatehouse::base {

void wipe(std::string& bytes) noexcept {
  // The whole capacity: a shrunk string still holds the old bytes behind its end.
  bytes.resize(bytes.capacity());
  sodium_memzero(bytes.data(), bytes.size());
  bytes.clear();
}

Secret::Secret(std::string&& bytes) noexcept : bytes_(std::move(bytes)) {
  wipe(bytes);  // a short string is copied by the move, not stolen
}

Secret::~Secret() { wipe(bytes_); }

Secret::Secret(Secret&& other) noexcept : bytes_(std::move(other.bytes_)) { wipe(other.bytes_); }

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this != &other) {
    wipe(bytes_);
    bytes_ = std::move(other.bytes_);
    wipe(other.bytes_);
  }
  return *this;
}

bool equal_in_constant_time(std::string_view a, std::string_view b) noexcept {
  return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

bool operator==(const Secret& a, const Secret& b) noexcept { return equal_in_constant_time(a.bytes_, b.bytes_); }

}  // namespace gatehouse::base
