#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "contract/ids.hpp"
#include "platform/base/random.hpp"
#include "platform/base/secret.hpp"

namespace gatehouse::identity {

// Browsers that have signed in before, told by a cookie alone: the server keeps no list of them.
//
// The cookie holds up to kMost marks, the newest first, joined by dots. A mark is base64url(id ‖ MAC), where the id is
// 16 random bytes and the MAC binds it to one account: HMAC-SHA-256 under a server key, cut to 128 bit. So
// - it says nothing about the account, and is worth nothing at any other one;
// - accounts of one browser have ids of their own: nothing that is kept here by an id ties two accounts together;
// - it ends with the account, whose id never comes again (and with the key).
// A mark is no credential: it only spares its owner the delays, blocks and challenges that others bring about.
// Immutable, thread-safe.
class KnownDevices {
 public:
  static constexpr std::size_t kMost = 4;  // accounts that share a browser

  // `key`: 32 bytes, of this purpose alone. REQUIRES: random outlives it.
  KnownDevices(base::Secret key, base::Random& random) : key_(std::move(key)), random_(random) {}

  // The id of the device that `cookie` marks as known to `account`; nothing when none of its marks is for it.
  // `account`: its id, or for a name that nobody has the name's key, so that both take the same steps.
  [[nodiscard]] std::optional<std::string> find(std::string_view cookie, std::string_view account) const;

  // What the cookie is to be after a sign-in to `account`: with its mark in front, made anew unless it is there, and
  // of the others as many as fit. What is no mark by its form goes.
  [[nodiscard]] std::string remember(std::string_view cookie, std::string_view account) const;

 private:
  struct Mark;
  [[nodiscard]] static std::vector<Mark> read(std::string_view cookie);
  [[nodiscard]] std::string mac(std::string_view id, std::string_view account) const;

  const base::Secret key_;
  base::Random& random_;
};

}  // namespace gatehouse::identity
