#include "platform/http_client/client.hpp"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string_view>

#include "platform/http_client/curl_transfer.hpp"

namespace gatehouse::http_client {
namespace {

// What would end the header early, and begin one of somebody else's choice.
bool is_one_line(std::string_view text) {
  return std::ranges::none_of(text, [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
}

struct HeaderList {
  curl_slist* first = nullptr;
  HeaderList() = default;
  ~HeaderList() { curl_slist_free_all(first); }
  HeaderList(const HeaderList&) = delete;
  HeaderList& operator=(const HeaderList&) = delete;

  void add(const std::string& line) {
    curl_slist* const longer = curl_slist_append(first, line.c_str());
    if (longer == nullptr) std::abort();  // out of memory
    first = longer;
  }
};

std::optional<base::IpAddress> ip_of(const sockaddr& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const void* bytes = nullptr;
  if (address.sa_family == AF_INET) bytes = &reinterpret_cast<const sockaddr_in&>(address).sin_addr;
  if (address.sa_family == AF_INET6) bytes = &reinterpret_cast<const sockaddr_in6&>(address).sin6_addr;
  if (bytes == nullptr || inet_ntop(address.sa_family, bytes, text.data(), text.size()) == nullptr) return std::nullopt;
  return base::IpAddress::parse(text.data());
}

ClientError error_of(int code) {
  switch (code) {
    case CURLE_URL_MALFORMAT: return ClientError::bad_url;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT: return ClientError::not_connected;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE: return ClientError::not_trusted;
    case CURLE_OPERATION_TIMEDOUT: return ClientError::timed_out;
    default: return ClientError::broken_off;
  }
}

}  // namespace

const char* to_string(ClientError error) {
  switch (error) {
    case ClientError::bad_url: return "bad_url";
    case ClientError::not_connected: return "not_connected";
    case ClientError::not_trusted: return "not_trusted";
    case ClientError::timed_out: return "timed_out";
    case ClientError::too_large: return "too_large";
    case ClientError::broken_off: return "broken_off";
    case ClientError::forbidden: return "forbidden";
    case ClientError::cancelled: return "cancelled";
  }
  return "unknown";
}

struct Client::State {
  explicit State(ClientOptions given) : options(std::move(given)) {}

  static std::size_t receive(char* data, std::size_t one, std::size_t count, void* self) {
    auto& state = *static_cast<State*>(self);
    const std::size_t size = one * count;
    if (state.body.size() + size > state.options.max_response_bytes) {
      state.overflow = true;
      return 0;  // ends the transfer
    }
    state.body.append(data, size);
    return size;
  }

  // Asked with each address that a name gave, at the moment of connecting: whoever changes the name's addresses
  // between a check and its use gains nothing (DNS rebinding).
  static curl_socket_t open_socket(void* self, curlsocktype purpose, curl_sockaddr* address) {
    auto& state = *static_cast<State*>(self);
    if (purpose != CURLSOCKTYPE_IPCXN) return CURL_SOCKET_BAD;
    if (state.options.may_connect) {
      const auto ip = ip_of(address->addr);
      if (!ip || !state.options.may_connect(*ip)) {
        state.forbidden = true;
        return CURL_SOCKET_BAD;
      }
    }
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
  }

  void prepare(const Request& request, const HeaderList& headers);

  const ClientOptions options;
  CurlTransfer transfer;
  std::string body;
  bool overflow = false;
  bool forbidden = false;
};

void Client::State::prepare(const Request& request, const HeaderList& headers) {
  body.clear();
  overflow = false;
  forbidden = false;
  transfer.reset();
  CURL* const easy = transfer.easy();
  curl_easy_setopt(easy, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(easy, CURLOPT_PROXY, "");  // what the environment says must not divert what carries a secret
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(std::max<std::int64_t>(request.deadline.count(), 1)));
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers.first);
  curl_easy_setopt(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (!options.ca_file.empty()) curl_easy_setopt(easy, CURLOPT_CAINFO, options.ca_file.c_str());
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, &State::open_socket);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, this);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &State::receive);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, this);
  if (request.method == Method::post) {
    curl_easy_setopt(easy, CURLOPT_POST, 1L);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request.body.data());
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
  }
}

Client::Client(ClientOptions options) : state_(std::make_unique<State>(std::move(options))) {}
Client::~Client() = default;

base::Result<Response, ClientError> Client::send(const Request& request) {
  if (!request.url.starts_with("http://") && !request.url.starts_with("https://")) return ClientError::bad_url;
  State& state = *state_;
  HeaderList headers;
  headers.add("Expect:");  // nobody is to wait for a 100
  for (const auto& [name, value] : request.headers) {
    if (!is_one_line(name) || !is_one_line(value)) std::abort();
    headers.add(std::string(name).append(": ").append(value));
  }
  state.prepare(request, headers);
  const int outcome = state.transfer.perform();
  if (state.transfer.cancelled()) return ClientError::cancelled;
  if (state.overflow) return ClientError::too_large;
  if (outcome != CURLE_OK) return state.forbidden ? ClientError::forbidden : error_of(outcome);
  long status = 0;
  curl_easy_getinfo(state.transfer.easy(), CURLINFO_RESPONSE_CODE, &status);
  return Response{static_cast<unsigned>(status), std::move(state.body)};
}

void Client::cancel() { state_->transfer.cancel(); }

}  // namespace gatehouse::http_client
