#pragma once

#include <boost/asio/detail/reactor.hpp>
#include <boost/asio/detail/reactor_op.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstddef>
#include <memory>
#include <utility>

namespace gatehouse::http {

// One read after the other from an EdgeSocket, into the owner's buffer. It lives in its owner, so starting it allocates
// nothing; it calls read_done() on the loop's thread, never from within start_read(). Not thread-safe.
class EdgeRead : private boost::asio::detail::reactor_op {
 public:
  EdgeRead(const EdgeRead&) = delete;
  EdgeRead& operator=(const EdgeRead&) = delete;

 protected:
  EdgeRead();
  ~EdgeRead() = default;
  // `size` bytes have come; 0 with an error, which is eof when the peer has closed.
  virtual void read_done(const boost::system::error_code& error, std::size_t size) = 0;

 private:
  friend class EdgeSocket;
  static status perform(reactor_op* base);
  static void complete(void* scheduler, boost::asio::detail::operation* base, const boost::system::error_code&,
                       std::size_t);

  int descriptor_ = -1;
  char* data_ = nullptr;
  std::size_t size_ = 0;
  std::shared_ptr<void> owner_;  // while the read is under way
};

// A TCP socket that knows when it is empty. Asio begins each read with a try, which at a gate fails every time: the
// next request has not come yet. A read that got less than it asked for has emptied the socket, and the edge-triggered
// reactor tells when more comes; so this one waits for that, which saves a system call for each request.
//
// What it can't see is an end of stream that came together with the last bytes: has_ended() asks.
// Rests on asio::detail of Boost 1.81: docs/adr/0018-edge-socket.md. REQUIRES: non-blocking.
class EdgeSocket final : public boost::asio::ip::tcp::socket {
 public:
  explicit EdgeSocket(boost::asio::ip::tcp::socket&& socket);

  // `owner` is kept until read_done() has returned; `data` must be, too. One read at a time.
  void start_read(EdgeRead& read, char* data, std::size_t size, std::shared_ptr<void> owner);

  // The peer has closed its side and everything it sent was read. One system call.
  [[nodiscard]] bool has_ended();

 private:
  boost::asio::detail::reactor* reactor_;  // of the loop
};

}  // namespace gatehouse::http
