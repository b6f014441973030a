#include "app/control_socket.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string>
#include <system_error>
#include <utility>

namespace gatehouse::app {
namespace {

constexpr char kDone = '+';
constexpr char kFailed = '-';
constexpr int kPatienceSeconds = 5;

// A socket's path may have 107 bytes (unix(7)): a data folder deeper than that is refused.
sockaddr_un address_of(const std::filesystem::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string text = path.string();
  if (text.size() >= sizeof(address.sun_path)) {
    throw std::system_error(ENAMETOOLONG, std::generic_category(), "data.dir is too long for " + text);
  }
  std::memcpy(address.sun_path, text.c_str(), text.size() + 1);
  return address;
}

const sockaddr* generic(const sockaddr_un& address) { return reinterpret_cast<const sockaddr*>(&address); }

void be_patient(int socket) {
  const timeval patience{kPatienceSeconds, 0};
  setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
}

}  // namespace

ControlSocket::ControlSocket(const std::filesystem::path& data_dir, std::function<bool()> look)
    : path_(data_dir / kControlSocketName), look_(std::move(look)) {
  const sockaddr_un address = address_of(path_);
  listener_ = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  unlink(address.sun_path);
  const mode_t before = umask(0177);  // 0600 from its first moment on
  const bool bound = bind(listener_, generic(address), sizeof address) == 0;
  const int bind_error = errno;
  umask(before);
  if (!bound || listen(listener_, 16) != 0) {
    close(listener_);
    throw std::system_error(bound ? errno : bind_error, std::generic_category(), path_.string());
  }
  stop_event_ = eventfd(0, EFD_CLOEXEC);
  thread_ = std::thread([this] { serve(); });
}

ControlSocket::~ControlSocket() {
  const std::uint64_t one = 1;
  (void)!write(stop_event_, &one, sizeof one);
  thread_.join();
  close(listener_);
  close(stop_event_);
  unlink(path_.c_str());
}

void ControlSocket::serve() {
  for (;;) {
    std::array<pollfd, 2> ready{{{listener_, POLLIN, 0}, {stop_event_, POLLIN, 0}}};
    if (poll(ready.data(), ready.size(), -1) < 0 && errno != EINTR) return;
    if (ready[1].revents != 0) return;
    if (ready[0].revents == 0) continue;
    const int client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) continue;
    be_patient(client);
    const char answer = look_() ? kDone : kFailed;
    (void)!write(client, &answer, 1);
    close(client);
  }
}

ControlOutcome ask_to_look(const std::filesystem::path& data_dir) {
  const sockaddr_un address = address_of(data_dir / kControlSocketName);
  const int client = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  be_patient(client);
  if (connect(client, generic(address), sizeof address) != 0) {
    close(client);
    return ControlOutcome::not_running;  // no socket, or one whose process has gone
  }
  char answer = kFailed;
  const bool answered = read(client, &answer, 1) == 1;
  close(client);
  return answered && answer == kDone ? ControlOutcome::done : ControlOutcome::failed;
}

}  // namespace gatehouse::app
