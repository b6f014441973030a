#pragma once

#include <optional>
#include <string_view>
#include <utility>

#include "crypto/sealing.hpp"
#include "platform/base/secret.hpp"

namespace gatehouse::crypto {

enum class WhichMasterKey { current, previous };

// The master key and, while it is being replaced, the one before. What is sealed does not say by which: its tag tells.
// Thread-safe.
class MasterKeys {
 public:
  explicit MasterKeys(SealingKey current, std::optional<SealingKey> previous = std::nullopt)
      : current_(std::move(current)), previous_(std::move(previous)) {}

  [[nodiscard]] const SealingKey& current() const noexcept { return current_; }
  [[nodiscard]] const std::optional<SealingKey>& previous() const noexcept { return previous_; }
  // REQUIRES: there is a previous one, if that is asked for.
  [[nodiscard]] const SealingKey& key(WhichMasterKey which) const noexcept {
    return which == WhichMasterKey::current ? current_ : *previous_;
  }

  struct Opened {
    base::Secret plain;
    WhichMasterKey by;
  };
  // Nothing when it was sealed under neither, or has been altered.
  [[nodiscard]] std::optional<Opened> open(std::string_view sealed, std::string_view aad) const {
    if (auto plain = current_.open(sealed, aad)) return Opened{std::move(*plain), WhichMasterKey::current};
    if (!previous_) return std::nullopt;
    if (auto plain = previous_->open(sealed, aad)) return Opened{std::move(*plain), WhichMasterKey::previous};
    return std::nullopt;
  }

 private:
  SealingKey current_;
  std::optional<SealingKey> previous_;
};

}  // namespace gatehouse::crypto
