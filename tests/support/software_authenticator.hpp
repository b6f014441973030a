#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "crypto/webauthn/ceremony.hpp"

namespace gatehouse::test {

// A WebAuthn authenticator and the browser in front of it, in software, as a test wants them to be: each part of an
// answer can be made wrong. What it signs is really signed. Not thread-safe.
class SoftwareAuthenticator {
 public:
  enum class Algorithm : std::uint8_t { es256, eddsa, rs256 };
  explicit SoftwareAuthenticator(Algorithm algorithm = Algorithm::es256);
  ~SoftwareAuthenticator();

  // What the ceremony looks like; the members that a test does not touch are those of an honest one.
  struct Ceremony {
    std::string challenge;
    std::string origin = "https://app.example";
    std::string relying_party = "app.example";
    std::string type{};          // empty: the right one
    std::string cross_origin{};  // `true`, `false` or any other JSON; empty: left out
    bool user_present = true;
    bool user_verified = true;
    bool backup_eligible = false;
    bool backed_up = false;
  };

  [[nodiscard]] crypto::webauthn::RegistrationAnswer create(const Ceremony& ceremony);
  // Each counts one up, as authenticators with a counter do; see `counts`.
  [[nodiscard]] crypto::webauthn::AssertionAnswer get(const Ceremony& ceremony);

  [[nodiscard]] const std::string& credential_id() const noexcept { return credential_id_; }
  [[nodiscard]] std::string cose_key() const;
  [[nodiscard]] std::string authenticator_data(const Ceremony& ceremony, bool with_credential) const;
  [[nodiscard]] std::string sign(std::string_view message) const;

  bool counts = true;         // false: as a synced passkey, whose counter is always zero
  std::uint32_t counter = 0;  // of the last signature

 private:
  struct Key;
  Algorithm algorithm_;
  std::unique_ptr<Key> key_;
  std::string credential_id_;
};

[[nodiscard]] std::string client_data_json(const SoftwareAuthenticator::Ceremony& ceremony, std::string_view type);

}  // namespace gatehouse::test
