#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <thread>

namespace gatehouse::app {

// How a command reaches the process that serves the same data folder: a Unix socket in it, which only the owner may
// open. The database is where everything stands; the socket only says "look at once", and the answer "I have".
inline constexpr const char* kControlSocketName = "control.sock";

// The serving side: calls `look` on a thread of its own for each command that asks, and answers when it returns.
class ControlSocket {
 public:
  // Throws std::system_error when the socket can't be made. A socket left behind by a killed process is replaced.
  ControlSocket(const std::filesystem::path& data_dir, std::function<bool()> look);
  ~ControlSocket();
  ControlSocket(const ControlSocket&) = delete;
  ControlSocket& operator=(const ControlSocket&) = delete;

 private:
  void serve();

  const std::filesystem::path path_;
  const std::function<bool()> look_;
  int listener_ = -1;
  int stop_event_ = -1;
  std::thread thread_;
};

enum class ControlOutcome {
  done,         // a process serves this folder and has taken the change over
  not_running,  // none serves it: the change counts from the next start
  failed,       // one serves it but did not confirm within 5 s: it will see the change with its next look
};
// The command's side. Blocks for 5 s at most.
[[nodiscard]] ControlOutcome ask_to_look(const std::filesystem::path& data_dir);

}  // namespace gatehouse::app
