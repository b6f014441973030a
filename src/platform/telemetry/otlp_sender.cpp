#include "platform/telemetry/otlp_sender.hpp"

#include <utility>

#include "platform/http_client/client.hpp"

namespace gatehouse::telemetry {
namespace {

class OtlpSender final : public TraceSender {
 public:
  explicit OtlpSender(OtlpOptions options)
      : client_({.ca_file = std::move(options.ca_file), .max_response_bytes = kMaxAnswer}) {
    request_.method = http_client::Method::post;
    request_.url = std::move(options.endpoint);
    request_.headers = {{"Content-Type", "application/json"}};
    request_.deadline = options.deadline;
  }

  Delivery send(const std::string& otlp_json) override {
    request_.body = otlp_json;
    const auto response = client_.send(request_);
    if (!response) return Delivery::unreachable;
    const unsigned status = response->status;
    if (status / 100 == 2) return Delivery::delivered;
    return status == 429 || status == 502 || status == 503 || status == 504 ? Delivery::unreachable : Delivery::refused;
  }

 private:
  static constexpr std::size_t kMaxAnswer = 64 * 1024;

  http_client::Client client_;
  http_client::Request request_;
};

}  // namespace

std::unique_ptr<TraceSender> make_otlp_sender(OtlpOptions options) {
  return std::make_unique<OtlpSender>(std::move(options));
}

}  // namespace gatehouse::telemetry
