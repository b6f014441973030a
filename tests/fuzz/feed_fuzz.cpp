#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "feed/ask.hpp"
#include "feed/bundle.hpp"
#include "feed/cluster_keys.hpp"
#include "feed/message.hpp"

// Any bytes as a message of the feed, as a question to it, and as keys. Input that begins as a message does is signed
// first, so that what lies behind the MAC is reached as well.
namespace {

namespace feed = gatehouse::feed;

// What must hold of whatever was let through.
void check(const feed::ReceivedMessage& received) {
  const auto& message = received.message;
  const bool sound = message.after <= message.to && message.to <= message.head &&
                     received.rows.size() == message.row_count && message.row_count <= message.to - message.after &&
                     message.held.count() >= 0 && (!message.confirmed_age || message.confirmed_age->count() >= 0);
  if (!sound) std::abort();
  for (const auto& row : received.rows) {
    if (row.key.empty()) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const feed::ClusterKeys cluster(gatehouse::base::Secret(std::string(32, 'c')));
  const std::string_view input(reinterpret_cast<const char*>(data), size);

  std::string bytes(input);
  if (input.starts_with("GHF")) bytes += cluster.message_mac(input);
  if (const auto received = feed::read_message(bytes, cluster)) check(*received);

  const auto ask = feed::Ask::from_query(input);
  if (ask && ask->to_query() != input) std::abort();

  (void)feed::read_bundle(input, cluster);
  return 0;
}
