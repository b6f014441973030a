#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/signing_key.hpp"
#include "crypto/verification_key.hpp"
#include "identity/audit/seq_ranges.hpp"
#include "platform/base/clock.hpp"
#include "platform/base/secret.hpp"

namespace gatehouse::identity {

// One event as audit::event_line() writes it.
struct EventLine {
  std::int64_t seq = 0;
  std::string line;
};

// What was sealed together. Its record is one line of JSON, as it stands in `audit_batch` and in exports:
//   {"batch":12,"sealed_at":"…","events":"101-158 160","count":59,"marks":"…","events_sha256":"…",
//    "previous_sha256":"…","key":"…","signature":"…"}
// `events_sha256` is over the lines of the events in the order of their numbers, each with a line feed;
// `previous_sha256` over the record of the batch before (of the first: zeros); `signature` (Ed25519) over the record up
// to the comma before it. A mark is the first 48 bits of one event's hash: it proves nothing, but says which event it
// was.
struct Batch {
  std::int64_t number = 0;
  base::TimePoint sealed_at{};
  SeqRanges events;
  std::string marks;
  std::string events_sha256;
  std::string previous_sha256;
};
inline constexpr std::size_t kMaxBatchEvents = 1000;
inline constexpr std::size_t kMarkCharacters = 8;

// Stands in place of what retention has removed from the front, signed the same way:
//   {"checkpoint":11,"last_seq":158,"record_sha256":"…","made_at":"…","key":"…","signature":"…"}
struct Checkpoint {
  std::int64_t number = 0;                 // of the last batch removed
  std::string record_sha256;               // of its record: what the next batch has as previous_sha256
  std::optional<std::int64_t> last_seq{};  // the highest number removed; nothing: made before this was signed, too
};

// Where a chain ends, or begins.
struct ChainHead {
  std::int64_t number = 0;
  std::string record_sha256 = std::string(64, '0');
  friend bool operator==(const ChainHead&, const ChainHead&) = default;
};

// The installation's own; its seed is ServerSecrets::audit_seal.
[[nodiscard]] crypto::SigningKey audit_key(const base::Secret& seed);

[[nodiscard]] std::string sha256_hex(std::string_view bytes);
[[nodiscard]] std::string mark_of(std::string_view event_line);
[[nodiscard]] std::string events_sha256(std::span<const EventLine> events);

// REQUIRES: `events` is not empty, in the order of their numbers, at most kMaxBatchEvents.
[[nodiscard]] std::string seal_batch(const ChainHead& previous, std::span<const EventLine> events, base::TimePoint now,
                                     const crypto::SigningKey& key);
// The record so far, with the key's name and the signature behind it.
[[nodiscard]] std::string sign_record(std::string record, const crypto::SigningKey& key);
[[nodiscard]] std::string seal_checkpoint(const ChainHead& removed, std::int64_t last_seq, base::TimePoint now,
                                          const crypto::SigningKey& key);

// Nothing for a line that is not of that form; the signature is another question.
[[nodiscard]] std::optional<Batch> parse_batch(std::string_view record);
[[nodiscard]] std::optional<Checkpoint> parse_checkpoint(std::string_view record);
[[nodiscard]] bool signature_holds(std::string_view record, const crypto::VerificationKey& key);

}  // namespace gatehouse::identity
