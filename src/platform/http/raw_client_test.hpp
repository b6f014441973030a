#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

namespace gatehouse::http::test {

// A client that sends exactly the bytes it is told to: a blocking socket, and nothing that repairs what is sent.
// Every wait ends after ten seconds with a failure, so that a hanging server fails the test instead of stopping it.
class RawClient {
 public:
  struct Answer {
    int status = 0;
    std::string head;
    std::string body;
    [[nodiscard]] bool has(std::string_view header) const {
      return head.find("\r\n" + std::string(header) + "\r\n") != std::string::npos;
    }
  };

  explicit RawClient(std::uint16_t port) : socket_(dial(port)) { EXPECT_GE(socket_, 0); }
  RawClient(RawClient&& other) noexcept
      : socket_(std::exchange(other.socket_, -1)), held_(std::move(other.held_)), sender_(std::move(other.sender_)) {}
  RawClient& operator=(RawClient&&) = delete;
  ~RawClient() {
    if (socket_ >= 0) shutdown(socket_, SHUT_RDWR);  // ends a send in the background
    if (sender_.joinable()) sender_.join();
    if (socket_ >= 0) ::close(socket_);
  }

  static bool can_connect(std::uint16_t port) {
    const int socket = dial(port);
    if (socket >= 0) ::close(socket);
    return socket >= 0;
  }

  [[nodiscard]] int descriptor() const noexcept { return socket_; }

  // The peer may have closed already: what it said is then what counts.
  void send(std::string_view bytes) const {
    while (!bytes.empty()) {
      const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }
  void send_in_background(std::string bytes) {
    sender_ = std::thread([this, bytes = std::move(bytes)] { send(bytes); });
  }
  // Without reading anything.
  void wait_until_peer_gives_up() {
    sender_.join();
    pollfd waits{socket_, POLLRDHUP, 0};
    EXPECT_EQ(poll(&waits, 1, 10'000), 1) << "the connection stayed open";
  }

  void limit_receive_buffer(int size) const { setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &size, sizeof size); }

  // Closes with a reset instead of an orderly end.
  void reset() {
    const linger now{1, 0};
    setsockopt(socket_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    ::close(std::exchange(socket_, -1));
  }

  Answer answer() { return read_answer(true); }
  Answer answer_to_head() { return read_answer(false); }

  // 0 when the peer closed instead.
  int read_status() {
    while (held_.find("\r\n\r\n") == std::string::npos) {
      if (!read_more()) return 0;
    }
    return status_in(held_);
  }

  std::string read_to_end() {
    while (read_more()) {
    }
    return std::exchange(held_, {});
  }
  bool is_closed_by_peer() { return read_to_end().empty(); }

 private:
  static int dial(std::uint16_t port) {
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return socket;
    ::close(socket);
    return -1;
  }

  static int status_in(std::string_view head) {
    int status = 0;
    if (head.size() > 12) std::from_chars(head.data() + 9, head.data() + 12, status);
    return status;
  }

  // False when the peer has closed.
  bool read_more() {
    pollfd waits{socket_, POLLIN, 0};
    if (poll(&waits, 1, 10'000) != 1) {
      ADD_FAILURE() << "nothing came and the connection stayed open";
      return false;
    }
    char piece[16 * 1024];
    const auto size = recv(socket_, piece, sizeof piece, 0);
    if (size <= 0) return false;
    held_.append(piece, static_cast<std::size_t>(size));
    return true;
  }

  Answer read_answer(bool with_body) {
    Answer result;
    std::size_t end = 0;
    while ((end = held_.find("\r\n\r\n")) == std::string::npos) {
      if (!read_more()) return result;
    }
    result.head = held_.substr(0, end + 2);
    held_.erase(0, end + 4);
    result.status = status_in(result.head);
    constexpr std::string_view kLength = "\r\nContent-Length: ";
    const auto length = result.head.find(kLength);
    std::size_t size = 0;
    if (with_body && length != std::string::npos) {
      const char* const digits = result.head.data() + length + kLength.size();
      std::from_chars(digits, result.head.data() + result.head.size(), size);
    }
    while (held_.size() < size) {
      if (!read_more()) return result;
    }
    result.body = held_.substr(0, size);
    held_.erase(0, size);
    return result;
  }

  int socket_;
  std::string held_;
  std::thread sender_;
};

}  // namespace gatehouse::http::test
