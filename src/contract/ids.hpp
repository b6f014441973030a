#pragma once

#include "platform/base/uuid.hpp"

namespace gatehouse::contract {

using AccountId = base::Id<struct AccountTag>;  // UUIDv7
using SessionId = base::Id<struct SessionTag>;  // random: it stands inside the refresh token

}  // namespace gatehouse::contract
