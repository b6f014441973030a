#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "platform/base/clock.hpp"
#include "platform/base/random.hpp"
#include "platform/base/secret.hpp"

namespace gatehouse::identity {

// What a ticket is good for. Stands in its MAC, so that one is never taken for another.
enum class TicketUse : std::uint8_t {
  second_step = 1,         // a sign-in whose password was right
  passkey_second_step,     // the challenges of the ceremonies: inside such a sign-in,
  passkey_sign_in,         // instead of a password,
  passkey_enrolment,       // for a new passkey of an account,
  passkey_reauthenticate,  // and of a session, to show again who is there
};

// Something that we hand out, do not keep, and know again: a random id and a time under a MAC, and what it is bound to
// (an account, a session, another ticket), which is under the MAC and not in it. That it is used once, whoever redeems
// it has to see to: by its id. Thread-safe.
class TicketCodec {
 public:
  static constexpr std::size_t kIdBytes = 16;
  static constexpr std::size_t kBytes = kIdBytes + 8 + 16;  // id, expiry, MAC

  explicit TicketCodec(base::Secret mac_key) : mac_key_(std::move(mac_key)) {}

  struct Ticket {
    std::string id;
    base::TimePoint expires_at;
  };
  struct Made {
    Ticket ticket;
    std::string bytes;
  };
  [[nodiscard]] Made make(TicketUse use, std::string_view bound_to, base::TimePoint expires_at,
                          base::Random& random) const;
  // Nothing: not one of ours, for another use, bound to something else, or expired.
  [[nodiscard]] std::optional<Ticket> read(TicketUse use, std::string_view bound_to, std::string_view bytes,
                                           base::TimePoint now) const;

  // The form in which clients hold one: `ghl_` and base64url, so that secret scanners find a leaked one.
  [[nodiscard]] static base::Secret to_text(std::string_view bytes);
  [[nodiscard]] static std::optional<std::string> from_text(std::string_view text);

 private:
  [[nodiscard]] std::string mac(TicketUse use, std::string_view bound_to, std::string_view body) const;

  base::Secret mac_key_;
};

}  // namespace gatehouse::identity
