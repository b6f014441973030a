#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "contract/ids.hpp"
#include "identity/token/key_manager.hpp"
#include "platform/base/clock.hpp"
#include "platform/base/random.hpp"
#include "platform/base/secret.hpp"

namespace gatehouse::identity {

// What a token may say, as one transaction saw it. `issued_at` is that transaction's time and not the moment of
// signing, so that a revocation written later always outlives the token, however long signing had to wait.
struct AccessGrant {
  contract::AccountId account;
  contract::SessionId session;
  std::vector<std::string> roles;
  bool email_verified = false;
  std::int64_t epoch = 1;  // the account's, see docs/adr/0003-epoch-instead-of-time.md
  std::vector<std::string> amr;
  base::TimePoint auth_time;
  base::TimePoint issued_at;
  base::TimePoint session_expires;  // the token ends no later
};

struct AccessToken {
  base::Secret token;
  std::chrono::seconds expires_in{0};  // from issued_at
};

struct AccessTokenOptions {
  std::string issuer;
  std::string audience;
  std::chrono::seconds lifetime = std::chrono::minutes(15);
  std::string scope{};                  // of first-party tokens; may be empty
  std::string client_id = "gatehouse";  // first-party: there are no other clients yet
};

// Issues access tokens: JWT by RFC 9068 (`typ: at+jwt`) with the private claims `sid`, `roles` and `epoch`, signed with
// the ring's current key. They hold no personal data: ids and roles only. Thread-safe; one signature a call (ES256:
// some 25 µs), so it may run on an event loop, except with RS256 (about 1 ms).
class AccessTokenIssuer {
 public:
  AccessTokenIssuer(AccessTokenOptions options, const KeyManager& keys, base::Random& random);

  [[nodiscard]] AccessToken issue(const AccessGrant& grant) const;

 private:
  const AccessTokenOptions options_;
  const KeyManager& keys_;
  base::Random& random_;
};

}  // namespace gatehouse::identity
