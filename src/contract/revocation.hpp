#pragma once

#include <cstdint>
#include <string>

#include "platform/base/clock.hpp"

namespace gatehouse::contract {

// One row of the revocation log. Written in the transaction that causes it; every gate applies it.
struct Revocation {
  enum class Kind : std::uint8_t {
    session = 1,  // key: 16 bytes of the session id. Every token of that session is void.
    account = 2,  // key: 16 bytes of the account id. Tokens whose `epoch` is below `min_epoch` are void.
    token = 3,    // key: the jti
    key = 4,      // key: the kid. Every token signed with it is void.
  };
  std::int64_t seq = 0;  // given by the log, strictly growing
  Kind kind = Kind::session;
  std::string key;
  std::int64_t min_epoch = 0;  // of kind account only
  base::TimePoint until;       // when the last token it concerns has expired: the row is of no use after
};

}  // namespace gatehouse::contract
