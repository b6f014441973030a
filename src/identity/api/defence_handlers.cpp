#include <boost/json/array.hpp>
#include <optional>
#include <string>

#include "identity/api/errors.hpp"
#include "identity/api/handlers.hpp"
#include "platform/telemetry/json_line.hpp"

namespace gatehouse::identity {
namespace {

constexpr std::size_t kMostBlocks = 500;

// As it stands in the path. A colon may come as browsers' encodeURIComponent writes it; nothing else needs encoding.
std::optional<base::IpAddress> read_address(std::string_view text) {
  std::string address;
  while (!text.empty()) {
    const bool colon = text.starts_with("%3A") || text.starts_with("%3a");
    address += colon ? ':' : text.front();
    text.remove_prefix(colon ? 3 : 1);
  }
  return base::IpAddress::parse(address);
}

}  // namespace

Answer show_challenge(const ApiContext& context, http::Request& request) {
  co_return http::json_response(200, co_await context.defence.issue_challenge(request.client));
}

Answer list_blocks(const ApiContext& context, http::Request&, const contract::Principal&) {
  const auto blocks = co_await context.defence.list_blocks(kMostBlocks);
  boost::json::array rows;
  for (const auto& block : blocks.newest) {
    rows.push_back({{"address", block.address.to_string()},
                    {"blocked_at", telemetry::to_rfc3339(block.blocked_at)},
                    {"until", telemetry::to_rfc3339(block.until)}});
  }
  boost::json::object body{{"blocks", std::move(rows)}, {"total", blocks.total}};
  co_return http::json_response(200, body);
}

Answer end_block(const ApiContext& context, http::Request& request, const contract::Principal& who) {
  const auto address = read_address(request.parameter("address"));
  if (!address || !co_await context.defence.unblock(*address, who.account)) {
    co_return error_response(request, ApiError::not_found);
  }
  co_return http::empty_response(204);
}

}  // namespace gatehouse::identity
