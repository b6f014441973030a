#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "feed/ids.hpp"

namespace gatehouse::feed {

// What a follower asks of a node: the query of `GET /node/v1/feed`.
struct Ask {
  static constexpr std::chrono::milliseconds kMaxWait{250};
  static constexpr const char* kPath = "/node/v1/feed";

  InstanceId instance;                // whom `after` speaks of; nil: nobody yet
  Position after = 0;                 // everything up to here is known
  BundleVersion bundle;               // what this node last sent; nil: nothing yet
  std::chrono::milliseconds wait{0};  // how long the node may hold the question when it has nothing new
  Nonce nonce;

  [[nodiscard]] std::string to_query() const;
  // Exactly what to_query() writes, and nothing else.
  [[nodiscard]] static std::optional<Ask> from_query(std::string_view query);
};

}  // namespace gatehouse::feed
