#include "platform/http/connection.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <cstring>
#include <ctime>
#include <exception>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "platform/base/secret.hpp"
#include "platform/http/body.hpp"
#include "platform/http/edge_socket.hpp"
#include "platform/http/parser.hpp"
#include "platform/http/wire.hpp"

namespace gatehouse::http {
namespace {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;
using PlainStream = EdgeSocket;
using TlsStream = asio::ssl::stream<tcp::socket>;
constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

constexpr std::size_t kFirstBuffer = 4 * 1024;
constexpr std::size_t kLargestBuffer = kMaxHead + 4 * 1024;
constexpr std::chrono::milliseconds kLookForEnd{250};  // of idleness
constexpr std::size_t kFlushAt = 64 * 1024;            // of answers to pipelined requests

// One connection: head → inline answer, or head → admission → body → handler → answer; again until it ends.
template <class Stream>
class ConnectionOn final : public Connection,
                           public runtime::DeadlineWheel::Entry,
                           private EdgeRead,
                           public std::enable_shared_from_this<ConnectionOn<Stream>> {
  static constexpr bool kTls = std::is_same_v<Stream, TlsStream>;

 public:
  ConnectionOn(Stream stream, base::IpAddress peer, limits::ConnectionLimiter::Slot slot,
               std::shared_ptr<ConnectionEnvironment> environment, std::shared_ptr<asio::ssl::context> tls)
      : tls_(std::move(tls)),
        stream_(std::move(stream)),
        slot_(std::move(slot)),
        environment_(std::move(environment)),
        buffer_(kFirstBuffer) {
    request_.peer = peer;
    request_.loop = environment_->loop;
    environment_->live.insert(this);
    ++environment_->stats->open;
  }

  ~ConnectionOn() override {
    environment_->live.erase(this);
    --environment_->stats->open;
  }

  void start() {
    expire_in(options().header_timeout);
    if constexpr (kTls) {
      spawn(shake_hands());
    } else {
      turn();
    }
  }

  // Who has only just come is about to ask; its first request has the time that every head has.
  void close_if_idle() override {
    if (phase_ == Phase::idle && served_) close();
  }

  void release_slot() override { slot_.reset(); }

  void close() override {
    boost::system::error_code ignored;
    stream_.lowest_layer().close(ignored);
  }

 private:
  enum class Phase { idle, head, body, handling, writing };
  enum class Step { read, route, end };

  // Called by the wheel. Whatever waits on the socket wakes with an error and ends.
  void on_deadline() override {
    if (phase_ == Phase::idle && !looked_for_end_) return look_for_end();
    ++environment_->stats->timed_out;
    if (phase_ == Phase::handling || phase_ == Phase::head || phase_ == Phase::body) {
      // Asked for with TLS, too, where it can't be sent: it is counted.
      const Response refusal = environment_->service->refuse(phase_ == Phase::handling ? 503 : 408, request_);
      if constexpr (!kTls) {
        // The handler may still wait for a pool; the client need not. Best effort: one try, nothing awaited.
        std::string answer;
        write_response(refusal, wire(false), answer);
        boost::system::error_code ignored;
        stream_.write_some(asio::buffer(answer), ignored);
        stream_.shutdown(tcp::socket::shutdown_both, ignored);
      }
    }
    close();
  }

  // The way of a check at the gate: read, answer, read again; no coroutine, no allocation. What must be awaited is.
  void turn() {
    const Step step = advance();
    if (step == Step::read && flush_at_once() && prepare_to_read()) return read_at_edge();
    spawn(attend(step));
  }

  void read_at_edge() {
    if constexpr (!kTls) {
      stream_.start_read(*this, buffer_.data() + end_, buffer_.size() - end_, this->shared_from_this());
    }
  }

  void read_done(const boost::system::error_code& error, std::size_t size) override {
    if (error) return;  // nobody holds the connection any more: it goes
    end_ += size;
    turn();
  }

  // An end of stream that came together with a request's last bytes was not seen: it is looked for once the connection
  // has been idle for a moment, and the idle time goes on.
  void look_for_end() {
    looked_for_end_ = true;
    if constexpr (!kTls) {
      if (stream_.has_ended()) return close();
    }
    expire_in(options().idle_timeout);
  }

  void spawn(asio::awaitable<void> task) {
    // Services do not throw; what is left is the memory running out, which costs this connection, not the process.
    asio::co_spawn(stream_.get_executor(), std::move(task), [self = this->shared_from_this()](std::exception_ptr) {});
  }

  asio::awaitable<void> shake_hands() {
    if constexpr (kTls) {
      const auto [error] = co_await stream_.async_handshake(asio::ssl::stream_base::server, kAwait);
      if (!error) co_await attend(Step::read);
    }
  }

  // Goes on from `step` until there is nothing left but to read, and with TLS until the connection ends.
  asio::awaitable<void> attend(Step step) {
    for (;; step = advance()) {
      if (step == Step::end) break;
      if (step == Step::route) {
        if (!co_await serve_route()) break;
        continue;
      }
      if (!flush_at_once()) {
        if (!co_await flush()) break;
        continue;  // what held up the answers may have left whole requests in the buffer: none more may ever come
      }
      if (!prepare_to_read()) break;
      if constexpr (!kTls) co_return read_at_edge();
      const auto [error, size] =
          co_await stream_.async_read_some(asio::buffer(buffer_.data() + end_, buffer_.size() - end_), kAwait);
      if (error) break;
      end_ += size;
    }
    co_await flush();
    co_await finish();
  }

  // Answers what is buffered and can be answered at once; then says what is to be awaited.
  Step advance() {
    for (;;) {
      const auto outcome = scanner_.scan(buffered());
      if (outcome.refuse != 0) return refuse(outcome.refuse);
      if (outcome.head_size == 0) return Step::read;
      head_size_ = outcome.head_size;
      framing_ = {};
      if (const auto status = parse_head(buffered().substr(0, head_size_), request_, framing_)) return refuse(*status);
      weigh_forwarded(request_, options().proxies, kTls);
      const bool keep_alive = request_.keep_alive && !environment_->retiring;
      if (framing_.has_body() || !environment_->service->answer_inline(request_, wire(keep_alive), out_)) {
        return Step::route;
      }
      consume();
      if (!keep_alive) return Step::end;
      if (out_.size() >= kFlushAt && !flush_at_once()) return Step::read;  // which writes the rest first
    }
  }

  // Admission → body → handler → answer. False when the connection is to end.
  asio::awaitable<bool> serve_route() {
    // Earlier answers first: this one may take its time, and when it runs out of it, its 503 must not overtake them.
    if (!flush_at_once() && !co_await flush()) co_return false;
    auto admission = environment_->service->admit(request_);
    // Asked before a byte of the body is read: what is refused is not even received.
    bool unread_body = framing_.has_body();
    std::optional<Response> response = std::move(admission.refusal);
    request_.body.clear();
    if (!response && framing_.content_length > admission.body_limit) {
      response = environment_->service->refuse(413, request_);
    }
    if (!response && framing_.has_body()) {
      const unsigned status = co_await read_body(admission.body_limit);
      if (status == kConnectionGone) co_return false;
      if (status != 0) response = environment_->service->refuse(status, request_);
      unread_body = status != 0;
    }
    if (!response) {
      phase_ = Phase::handling;
      expire_in(admission.deadline);
      response = co_await environment_->service->handle(request_, admission);
    }
    base::wipe(request_.body);  // it may hold a password
    const bool keep_alive = request_.keep_alive && !environment_->retiring && !unread_body;
    write_response(*response, wire(keep_alive), out_);
    consume();
    linger_ = unread_body;
    co_return co_await flush() && keep_alive;
  }

  static constexpr unsigned kConnectionGone = 1;

  // 0 when the body is complete, else the status to refuse with.
  asio::awaitable<unsigned> read_body(std::size_t limit) {
    const std::size_t head_size = head_size_;
    phase_ = Phase::body;
    expire_in(options().body_timeout);
    if (request_.version == 11 && request_.header("expect") && buffered().size() == head_size) {
      out_.append("HTTP/1.1 100 Continue\r\n\r\n");
      if (!co_await flush()) co_return kConnectionGone;
      phase_ = Phase::body;
    }
    BodyReader reader(framing_, limit);
    const auto behind_head = buffered().substr(head_size);
    auto outcome = reader.read(behind_head, request_.body);
    // What the body used is cut out from behind the head, whose bytes the request's views need to stay put.
    std::memmove(buffer_.data() + begin_ + head_size, behind_head.data() + outcome.used,
                 behind_head.size() - outcome.used);
    end_ -= outcome.used;

    std::array<char, 4096> piece;
    std::string unused;  // of the last piece: the start of a chunk's framing, or of the next request
    while (outcome.refuse == 0 && !outcome.complete) {
      const auto [error, size] = co_await stream_.async_read_some(asio::buffer(piece), kAwait);
      if (error) co_return kConnectionGone;
      if (end_ > begin_ + head_size) {  // framing that was cut off at the end of the first bytes
        unused.assign(buffer_.data() + begin_ + head_size, end_ - begin_ - head_size);
        end_ = begin_ + head_size;
      }
      unused.append(piece.data(), size);
      outcome = reader.read(unused, request_.body);
      unused.erase(0, outcome.used);
    }
    pending_ = std::move(unused);
    co_return outcome.refuse;
  }

  // Sets the deadline that fits and makes room in the buffer. False when no request is wanted any more.
  bool prepare_to_read() {
    if (begin_ == end_) {
      begin_ = end_ = 0;
      if (phase_ != Phase::idle) {  // between requests
        phase_ = Phase::idle;
        looked_for_end_ = kTls;
        expire_in(looked_for_end_ ? options().idle_timeout : kLookForEnd);
      }
      if (environment_->draining && served_) return false;  // the first request is on its way
    } else if (phase_ != Phase::head) {
      phase_ = Phase::head;  // a request has begun: it must end in time, however slowly its bytes drip
      expire_in(options().header_timeout);
    }
    make_room();
    return true;
  }

  // Keeps the unread bytes at the front; grows up to what the largest head needs.
  void make_room() {
    if (end_ < buffer_.size()) return;
    if (begin_ > 0) {
      std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
      end_ -= begin_;
      begin_ = 0;
    } else {
      buffer_.resize(std::min(buffer_.size() * 2, kLargestBuffer));
    }
  }

  // The head is done with. What came behind it is the next request.
  void consume() {
    begin_ += head_size_;
    if (!pending_.empty()) {
      // At most one piece: it fits, because the buffer holds more than the largest head and the head is gone.
      std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
      end_ -= begin_;
      begin_ = 0;
      buffer_.resize(std::max(buffer_.size(), end_ + pending_.size()));
      std::memcpy(buffer_.data() + end_, pending_.data(), pending_.size());
      end_ += pending_.size();
      pending_.clear();
    }
    scanner_.reset();
    served_ = true;
    phase_ = Phase::writing;
  }

  Step refuse(unsigned status) {
    ++environment_->stats->malformed;
    request_.header_count = 0;  // may be half-read; what else is there belongs to the request before
    request_.method = Method::other;
    request_.trace = telemetry::TraceContext::from_header("");
    write_response(environment_->service->refuse(status, request_), wire(false), out_);
    linger_ = true;
    return Step::end;
  }

  // Nearly always the socket takes it all at once, and nothing is to be awaited. False: some is left.
  bool flush_at_once() {
    if (out_.empty()) return true;
    if constexpr (!kTls) {
      phase_ = Phase::writing;
      boost::system::error_code ignored;  // an error shows again at the next write or read
      out_.erase(0, stream_.write_some(asio::buffer(out_), ignored));
    }
    return out_.empty();
  }

  asio::awaitable<bool> flush() {
    if (flush_at_once()) co_return true;
    phase_ = Phase::writing;
    expire_in(options().write_timeout);
    const auto [error, size] = co_await asio::async_write(stream_, asio::buffer(out_), kAwait);
    out_.clear();
    co_return !error;
  }

  // Ends in an orderly way. A client that is still sending would otherwise lose our answer to a reset.
  asio::awaitable<void> finish() {
    boost::system::error_code ignored;
    if constexpr (kTls) {
      expire_in(options().write_timeout);
      co_await stream_.async_shutdown(kAwait);
    } else if (linger_) {
      phase_ = Phase::writing;
      expire_in(std::chrono::seconds(1));
      stream_.shutdown(tcp::socket::shutdown_send, ignored);
      std::array<char, 4096> discarded;
      for (std::size_t left = 256 * 1024; left > 0;) {
        const auto [error, size] = co_await stream_.async_read_some(asio::buffer(discarded), kAwait);
        if (error) break;
        left -= std::min(left, size);
      }
    }
    close();
  }

  [[nodiscard]] const ServerOptions& options() const { return *environment_->options; }
  [[nodiscard]] std::string_view buffered() const { return {buffer_.data() + begin_, end_ - begin_}; }
  void expire_in(std::chrono::milliseconds time) { environment_->wheel->set(*this, time); }

  [[nodiscard]] WireOptions wire(bool keep_alive) {
    return {environment_->date.at(std::time(nullptr)), keep_alive, request_.method == Method::head,
            request_.version == 10, request_.secure};
  }

  std::shared_ptr<asio::ssl::context> tls_;  // outlives the stream that uses it
  Stream stream_;
  std::optional<limits::ConnectionLimiter::Slot> slot_;
  std::shared_ptr<ConnectionEnvironment> environment_;
  Phase phase_ = Phase::idle;
  bool served_ = false;  // a request
  bool linger_ = false;
  bool looked_for_end_ = true;  // before the first request there is nothing it could have hidden behind
  HeadScanner scanner_;
  std::size_t head_size_ = 0;  // of the request at hand
  Framing framing_;            // of its body
  std::vector<char> buffer_;
  std::size_t begin_ = 0;  // of what is unread in the buffer
  std::size_t end_ = 0;
  std::string pending_;
  std::string out_;
  Request request_;
};

}  // namespace

void serve_connection(tcp::socket socket, base::IpAddress peer, limits::ConnectionLimiter::Slot slot,
                      std::shared_ptr<ConnectionEnvironment> environment) {
  if (environment->options->tls) {
    auto context = environment->options->tls->current();
    TlsStream stream(std::move(socket), *context);
    std::make_shared<ConnectionOn<TlsStream>>(std::move(stream), peer, std::move(slot), std::move(environment), context)
        ->start();
  } else {
    std::make_shared<ConnectionOn<PlainStream>>(PlainStream(std::move(socket)), peer, std::move(slot),
                                                std::move(environment), nullptr)
        ->start();
  }
}

}  // namespace gatehouse::http
