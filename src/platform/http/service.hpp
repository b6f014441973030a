#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "platform/http/request.hpp"
#include "platform/http/response.hpp"
#include "platform/http/wire.hpp"

namespace gatehouse::http {

struct Route;
using HeaderList = std::vector<std::pair<std::string, std::string>>;

// What a listener serves. Shared by all loops: implementations are thread-safe, or keep what they have by request.loop.
class Service {
 public:
  virtual ~Service() = default;

  // Answers at once by appending a whole response to `out`, or returns false without having touched it. For the gate:
  // no coroutine, no allocation. The request has no body.
  virtual bool answer_inline(const Request& request, const WireOptions& wire, std::string& out) {
    (void)request, (void)wire, (void)out;
    return false;
  }

  // Decided on the head alone, before a byte of the body is read: cheap checks first.
  struct Admission {
    const Route* route = nullptr;       // nullptr: there is none, `refusal` says so
    std::optional<Response> refusal{};  // answered in place of the handler's
    std::size_t body_limit = 0;         // bytes; 0: a body is refused with 413
    std::chrono::milliseconds deadline{10'000};
    HeaderList headers{};  // for the answer, whatever it is (RateLimit …)
  };
  virtual Admission admit(Request& request) = 0;

  // The answer to an admitted request with its body. Does not throw: failures have become answers.
  virtual boost::asio::awaitable<Response> handle(Request& request, const Admission& admission) = 0;

  // The answer to a request that is refused by its form alone, or that ran out of time (400, 413, 414, 431, 503 …).
  virtual Response refuse(unsigned status, const Request& request) = 0;
};

}  // namespace gatehouse::http
