#include "platform/runtime/task.hpp"

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace gatehouse::runtime {
namespace {

namespace asio = boost::asio;

template <class Handler>
class ResumeOn final : public Resume {
 public:
  explicit ResumeOn(Handler handler) : handler_(std::move(handler)) {}
  void operator()() override {
    const auto executor = asio::get_associated_executor(handler_);
    asio::post(executor, std::move(handler_));
  }

 private:
  Handler handler_;
};

}  // namespace

void TracedRun::begin(const std::shared_ptr<telemetry::Trace>& trace, base::SteadyPoint queued_at) {
  working_.emplace(trace);
  if (queued_at == base::SteadyPoint{}) return;
  trace->waited(queued_at);
  span_.emplace("run");
}

asio::awaitable<void> suspend(Submit& submit) {
  auto trace = telemetry::exchange_current_trace(nullptr);
  co_await asio::async_initiate<const asio::use_awaitable_t<>&, void()>(
      [&submit](auto handler) { submit(std::make_unique<ResumeOn<decltype(handler)>>(std::move(handler))); },
      asio::use_awaitable);
  telemetry::exchange_current_trace(std::move(trace));
}

}  // namespace gatehouse::runtime
