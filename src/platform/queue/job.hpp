#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "platform/base/clock.hpp"
#include "platform/base/uuid.hpp"

namespace gatehouse::queue {

inline constexpr std::size_t kMaxPayloadBytes = 4096;

struct NewJob {
  std::string_view queue;  // a literal: `mail`
  std::string_view kind;   // a literal of the queue's own
  std::string payload;     // ids and enumerations only: it lies there in the open, also in backups
  base::TimePoint due;     // not before
  // Jobs of one lane are done one at a time by each process, and hold up no other lane: `slack`, the id of an endpoint.
  // A literal or an id: no comma, nothing that LIKE reads as more than itself.
  std::string lane{};
};

struct DueJob {
  base::Uuid id;
  std::string lane;
};

// A job that this process has taken and nobody else may do until the lease ends.
struct Job {
  base::Uuid id;
  base::Uuid lease;
  std::string queue;
  std::string kind;
  std::string lane{};
  std::string payload;
  unsigned attempts = 1;  // this one included
  base::TimePoint created_at;
};

// One that was given up.
struct DeadJob {
  base::Uuid id;
  std::string kind;
  std::string payload;
  unsigned attempts = 0;
  base::TimePoint created_at;
  base::TimePoint died_at;
  std::string reason;
};

struct JobPayload {
  base::Uuid id;
  std::string payload;
};

struct QueueDepth {  // of each at most JobStore::kMostCounted are looked at
  std::uint64_t waiting = 0;
  std::uint64_t leased = 0;
  std::uint64_t dead = 0;
  // Of those that wait or are leased, when the first one should have been done: when it was due, or when it was made if
  // it was attempted, as each attempt puts off when it is due. Nothing: none waits that was due already.
  std::optional<base::TimePoint> waits_since{};
};

}  // namespace gatehouse::queue
