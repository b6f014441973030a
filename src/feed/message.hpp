#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "contract/revocation.hpp"
#include "feed/cluster_keys.hpp"
#include "feed/ids.hpp"
#include "platform/base/clock.hpp"
#include "platform/base/result.hpp"

namespace gatehouse::feed {

// What a node says to those who follow it: a stretch of its journal, and how sure it is.
//
// As bytes, big-endian: "GHF" and the version 1 ‖ carrier (1) ‖ instance (16) ‖ nonce (16) ‖ beat (8) ‖ after (8) ‖
// to (8) ‖ head (8) ‖ held in ms (8) ‖ age of the confirmation in ms (8, all ones: none) ‖ wall clock (8) ‖ version of
// the bundle (16) ‖ size of the bundle (4) ‖ count of rows (4) ‖ bundle ‖ rows ‖ HMAC-SHA-256 of all before it (32).
struct Message {
  enum class Carrier : std::uint8_t {
    answer = 1,  // to the question of `nonce`
    stream = 2,  // to whom it may concern; `beat` grows with each
  };
  static constexpr std::size_t kMaxRows = 2'048;
  static constexpr std::size_t kMaxBundleBytes = std::size_t{64} << 10;
  static constexpr std::size_t kMaxBytes = std::size_t{1} << 20;

  Carrier carrier = Carrier::answer;
  InstanceId instance;
  Nonce nonce;             // nil in a stream
  std::uint64_t beat = 0;  // 0 in an answer
  // The rows are all that is alive of positions after + 1 … to. The journal reached to `head` when this was written:
  // with `to` equal to it, nothing is left to ask for.
  Position after = 0;
  Position to = 0;
  Position head = 0;
  std::chrono::milliseconds held{0};  // between the coming of the question and the writing of the answer; never more
  // How long before the writing this node last had all that the database held; never less. Nothing: it never had.
  std::optional<std::chrono::milliseconds> confirmed_age{};
  base::TimePoint wall{};  // what this node takes for the time, when this was written
  BundleVersion bundle_version;
  std::string bundle{};  // see bundle.hpp; empty: the asker has this version, or this node has none
  std::size_t row_count = 0;
  std::string rows{};  // see rows.hpp
};

// REQUIRES: within the limits above.
[[nodiscard]] std::string write_message(const Message& message, const ClusterKeys& keys);

enum class MessageError {
  cut,        // shorter or longer than it says, or than it may be
  forged,     // not made with our cluster's secret
  malformed,  // ours, and still not a message: another version
};
[[nodiscard]] const char* to_string(MessageError error);

struct ReceivedMessage {
  Message message;  // its `rows` are left empty
  std::vector<contract::Revocation> rows;
};
// The MAC is checked before anything is read.
[[nodiscard]] base::Result<ReceivedMessage, MessageError> read_message(std::string_view bytes, const ClusterKeys& keys);

}  // namespace gatehouse::feed
