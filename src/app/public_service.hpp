#pragma once

#include <string_view>
#include <utility>

#include "gate/gates.hpp"
#include "platform/http/api_service.hpp"

namespace gatehouse::app {

inline constexpr std::string_view kGatePath = "/gate/check";

// The public listener: the gate, answered inline, beside the routes of identity.
class PublicService final : public http::ApiService {
 public:
  // `gates` null: the role gate is not run here. REQUIRES: it outlives the service.
  template <class... Args>
  PublicService(gate::Gates* gates, Args&&... api) : ApiService(std::forward<Args>(api)...), gates_(gates) {}

  bool answer_inline(const http::Request& request, const http::WireOptions& wire, std::string& out) override {
    if (request.path != kGatePath || gates_ == nullptr) return false;
    if (request.method != http::Method::get && request.method != http::Method::head) return false;  // 405, by its row
    gates_->check(request, wire, out);
    return true;
  }

 private:
  gate::Gates* gates_;
};

// The gate's row of the route table, which says what answer_inline serves; its handler is never reached but by a body.
[[nodiscard]] http::Route gate_route();

}  // namespace gatehouse::app
