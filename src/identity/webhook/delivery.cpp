#include "identity/webhook/delivery.hpp"

#include <algorithm>
#include <cstddef>

#include "platform/http_client/public_address.hpp"

namespace gatehouse::identity {
namespace {

using http_client::ClientError;
using Kind = Delivered::Kind;

constexpr std::size_t kMaxUrlBytes = 2048;
constexpr std::size_t kMaxAnswerBytes = 64 * 1024;

http_client::ClientOptions client_options(const DeliveryOptions& options) {
  http_client::ClientOptions client{.ca_file = options.ca_file, .max_response_bytes = kMaxAnswerBytes};
  if (!options.allow_private) client.may_connect = http_client::is_public_address;
  return client;
}

bool is_allowed(std::string_view host_and_port, const std::vector<std::string>& allowed) {
  if (allowed.empty()) return true;
  std::string host(host_and_port.substr(0, host_and_port.find(':')));
  std::ranges::transform(host, host.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return std::ranges::find(allowed, host) != allowed.end();
}

Delivered judge(ClientError error) {
  switch (error) {
    case ClientError::bad_url: return {Kind::forbidden, "bad_url"};
    case ClientError::forbidden: return {Kind::forbidden, "private_address"};
    case ClientError::cancelled: return {Kind::cancelled, "cancelled"};
    case ClientError::not_connected: return {Kind::failed, "not_connected"};
    case ClientError::not_trusted: return {Kind::failed, "not_trusted"};
    case ClientError::timed_out: return {Kind::failed, "timed_out"};
    case ClientError::too_large: return {Kind::refused, "answer_too_large"};
    case ClientError::broken_off: return {Kind::failed, "broken_off"};
  }
  return {Kind::failed, "unknown"};
}

}  // namespace

Delivery::Delivery(DeliveryOptions options) : options_(std::move(options)), clients_(client_options(options_)) {}

bool Delivery::may_send_to(std::string_view url) const {
  if (url.size() > kMaxUrlBytes) return false;
  const bool https = url.starts_with("https://");
  if (!https && !(options_.allow_http && url.starts_with("http://"))) return false;
  const auto rest = url.substr(https ? 8 : 7);
  const auto host = rest.substr(0, rest.find_first_of("/?"));
  const bool printable = std::ranges::all_of(url, [](char c) { return c > ' ' && c < '\x7f'; });
  return printable && !host.empty() && host.front() != ':' && host.find('@') == std::string_view::npos &&
         is_allowed(host, options_.allowed_hosts) && url.find_first_of("#\\") == std::string_view::npos;
}

Delivered Delivery::deliver(const std::string& url, const std::string& body, const Headers& headers) {
  if (!may_send_to(url)) return {Kind::forbidden, "bad_url"};
  http_client::Request request{.method = http_client::Method::post,
                               .url = url,
                               .headers = {{"Content-Type", "application/json"}, {"User-Agent", "Gatehouse"}},
                               .body = body,
                               .deadline = options_.timeout};
  request.headers.insert(request.headers.end(), headers.begin(), headers.end());
  const auto response = clients_.send(request);
  if (!response) return judge(response.error());
  if (response->status >= 200 && response->status < 300) return {Kind::taken, "taken"};
  if (response->status == 410) return {Kind::gone, "gone"};
  if (response->status >= 300 && response->status < 400) return {Kind::refused, "redirected"};
  return {Kind::refused, response->status >= 500 ? "server_error" : "refused"};
}

}  // namespace gatehouse::identity
