#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "platform/base/secret.hpp"

namespace gatehouse::crypto {

// Two halves of an X25519 key: with the public one anybody can seal for its owner, with the secret one only the owner
// opens. A machine that writes backups holds the public half alone, so whoever takes it over reads none of them.
// Thread-safe.
class RecipientKey {
 public:
  static constexpr std::size_t kBytes = 32;

  // The form `ghbp_` + base64url that text() makes. Nothing for any other.
  [[nodiscard]] static std::optional<RecipientKey> from_text(std::string_view text);
  [[nodiscard]] std::string text() const;
  [[nodiscard]] const std::string& bytes() const noexcept { return bytes_; }

  friend bool operator==(const RecipientKey&, const RecipientKey&) = default;

 private:
  friend class RecipientSecret;
  explicit RecipientKey(std::string bytes) : bytes_(std::move(bytes)) {}
  std::string bytes_;
};

class RecipientSecret {
 public:
  [[nodiscard]] static RecipientSecret generate();
  // The form `ghbs_` + base64url that text() makes. Nothing for any other.
  [[nodiscard]] static std::optional<RecipientSecret> from_text(std::string_view text);
  [[nodiscard]] base::Secret text() const;
  [[nodiscard]] RecipientKey public_half() const;
  [[nodiscard]] const base::Secret& bytes() const noexcept { return bytes_; }

 private:
  explicit RecipientSecret(base::Secret bytes) : bytes_(std::move(bytes)) {}
  base::Secret bytes_;
};

}  // namespace gatehouse::crypto
