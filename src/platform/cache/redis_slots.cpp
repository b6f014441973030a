#include "platform/cache/redis_slots.hpp"

#include <algorithm>
#include <charconv>
#include <string>

namespace gatehouse::cache {
namespace {

// CRC-16/XMODEM: polynomial 0x1021, begins with zero.
constexpr std::array<std::uint16_t, 256> kCrc16 = [] {
  std::array<std::uint16_t, 256> table{};
  for (unsigned byte = 0; byte < 256; ++byte) {
    unsigned crc = byte << 8U;
    for (int bit = 0; bit < 8; ++bit) crc = ((crc << 1U) ^ ((crc & 0x8000U) != 0 ? 0x1021U : 0U)) & 0xffffU;
    table[byte] = static_cast<std::uint16_t>(crc);
  }
  return table;
}();

template <class Number>
std::optional<Number> parse_number(std::string_view text, Number max) {
  Number value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value > max) return std::nullopt;
  return value;
}

constexpr std::int64_t kMaxSlot = kRedisSlots - 1;
bool is_slot(std::optional<std::int64_t> slot) { return slot && *slot >= 0 && *slot <= kMaxSlot; }

std::optional<RedisEndpoint> parse_node(const RedisReply& node, const RedisEndpoint& asked) {
  const auto parts = node.as_array();
  if (parts.size() < 2) return std::nullopt;
  const auto host = parts[0].as_text().value_or("");
  const auto port = parts[1].as_integer();
  if (!port || *port < 1 || *port > 65535 || host.size() > 253) return std::nullopt;
  return RedisEndpoint{host.empty() ? asked.host : std::string(host), static_cast<std::uint16_t>(*port)};
}

}  // namespace

std::uint16_t redis_slot_of(std::string_view key) noexcept {
  if (const auto open = key.find('{'); open != std::string_view::npos) {
    const auto close = key.find('}', open + 1);
    if (close != std::string_view::npos && close > open + 1) key = key.substr(open + 1, close - open - 1);
  }
  unsigned crc = 0;
  for (const char c : key) {
    crc = ((crc << 8U) & 0xffffU) ^ kCrc16[((crc >> 8U) ^ static_cast<unsigned char>(c)) & 0xffU];
  }
  return static_cast<std::uint16_t>(crc % kRedisSlots);
}

std::optional<RedisSlots> RedisSlots::parse(const RedisReply& reply, const RedisEndpoint& asked) {
  RedisSlots slots;
  if (reply.as_array().empty()) return std::nullopt;
  for (const auto& range : reply.as_array()) {
    const auto parts = range.as_array();
    if (parts.size() < 3 || !is_slot(parts[0].as_integer()) || !is_slot(parts[1].as_integer())) return std::nullopt;
    const auto master = parse_node(parts[2], asked);
    if (!master) return std::nullopt;
    const auto owner = slots.index_of(*master);
    for (auto slot = *parts[0].as_integer(); slot <= *parts[1].as_integer(); ++slot) {
      slots.owners_[static_cast<std::size_t>(slot)] = owner;
    }
  }
  return slots;
}

const RedisEndpoint* RedisSlots::node_of(std::uint16_t slot) const noexcept {
  const auto owner = owners_[slot % kRedisSlots];
  return owner < nodes_.size() ? &nodes_[owner] : nullptr;
}

void RedisSlots::move(std::uint16_t slot, const RedisEndpoint& node) { owners_[slot % kRedisSlots] = index_of(node); }

std::uint16_t RedisSlots::index_of(const RedisEndpoint& node) {
  const auto found = std::find(nodes_.begin(), nodes_.end(), node);
  if (found == nodes_.end()) {
    if (nodes_.size() >= 1000) return kNobody;  // as many as the specification foresees
    nodes_.push_back(node);
    return static_cast<std::uint16_t>(nodes_.size() - 1);
  }
  return static_cast<std::uint16_t>(found - nodes_.begin());
}

std::optional<RedisRedirection> parse_redirection(const RedisReply& reply, const RedisEndpoint& asked) {
  RedisRedirection redirection{.ask = reply.is_error("ASK"), .slot = 0, .node = {}};
  if (!redirection.ask && !reply.is_error("MOVED")) return std::nullopt;
  const auto message = reply.as_error();
  const auto first = message.find(' ');
  const auto second = message.find(' ', first + 1);
  const auto colon = message.rfind(':');  // IPv6 stands without brackets
  if (first == std::string_view::npos || second == std::string_view::npos || colon == std::string_view::npos ||
      colon < second) {
    return std::nullopt;
  }
  const auto slot = parse_number<std::uint16_t>(message.substr(first + 1, second - first - 1), kMaxSlot);
  const auto port = parse_number<std::uint16_t>(message.substr(colon + 1), 65535);
  const auto host = message.substr(second + 1, colon - second - 1);
  if (!slot || !port || *port == 0 || host.size() > 253) return std::nullopt;
  redirection.slot = *slot;
  redirection.node = {host.empty() ? asked.host : std::string(host), *port};
  return redirection;
}

}  // namespace gatehouse::cache
