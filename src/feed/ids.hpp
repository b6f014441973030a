#pragma once

#include <cstdint>

#include "platform/base/uuid.hpp"

namespace gatehouse::feed {

// One run of one identity process: new at each start. Positions of two instances have nothing to do with each other.
using InstanceId = base::Id<struct InstanceTag>;
// Drawn for each question, and given back in its answer: an answer to another question is refused.
using Nonce = base::Id<struct NonceTag>;
// Names what a bundle holds: the same on every process that has the same keys and roles. Nil: none yet.
using BundleVersion = base::Id<struct BundleVersionTag>;

// Where a row stands in an instance's journal: 1, 2, 3 … without gaps. 0: before the first.
using Position = std::uint64_t;

}  // namespace gatehouse::feed
