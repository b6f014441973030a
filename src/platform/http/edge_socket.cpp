#include "platform/http/edge_socket.hpp"

#include <sys/socket.h>

#include <boost/asio/error.hpp>
#include <cerrno>

namespace gatehouse::http {

namespace asio = boost::asio;

EdgeSocket::EdgeSocket(asio::ip::tcp::socket&& socket)
    : asio::ip::tcp::socket(std::move(socket)),
      reactor_(&asio::use_service<asio::detail::reactor>(asio::query(get_executor(), asio::execution::context))) {}

EdgeRead::EdgeRead() : reactor_op({}, &EdgeRead::perform, &EdgeRead::complete) {}

EdgeRead::status EdgeRead::perform(reactor_op* base) {
  auto& read = *static_cast<EdgeRead*>(base);
  for (;;) {
    const auto received = ::recv(read.descriptor_, read.data_, read.size_, 0);
    if (received > 0) {
      read.bytes_transferred_ = static_cast<std::size_t>(received);
      return read.bytes_transferred_ < read.size_ ? done_and_exhausted : done;
    }
    if (received < 0 && errno == EINTR) continue;
    if (received < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return not_done;
    read.ec_ = received == 0 ? asio::error::make_error_code(asio::error::eof)
                             : boost::system::error_code(errno, boost::system::system_category());
    return done;
  }
}

void EdgeRead::complete(void* scheduler, asio::detail::operation* base, const boost::system::error_code&, std::size_t) {
  auto& read = *static_cast<EdgeRead*>(base);
  const auto owner = std::move(read.owner_);
  // Without a scheduler the loop is being destroyed, and only what is held is to be let go.
  if (scheduler != nullptr) read.read_done(read.ec_, read.bytes_transferred_);
}

void EdgeSocket::start_read(EdgeRead& read, char* data, std::size_t size, std::shared_ptr<void> owner) {
  auto& implementation = impl_.get_implementation();
  read.ec_ = {};
  read.bytes_transferred_ = 0;
  read.descriptor_ = implementation.socket_;
  read.data_ = data;
  read.size_ = size;
  read.owner_ = std::move(owner);
  reactor_->start_op(asio::detail::reactor::read_op, implementation.socket_, implementation.reactor_data_, &read, true,
                     true);
}

bool EdgeSocket::has_ended() {
  char byte = 0;
  return ::recv(native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

}  // namespace gatehouse::http
