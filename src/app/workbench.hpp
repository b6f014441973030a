#pragma once

#include <iosfwd>
#include <memory>

#include "app/commands.hpp"
#include "app/control_socket.hpp"
#include "app/installation.hpp"
#include "platform/telemetry/log.hpp"

namespace gatehouse::app {

// What a command works with: the installation, and the means to tell a running process.
class Workbench {
 public:
  explicit Workbench(const Settings& settings);

  [[nodiscard]] Installation& installation() noexcept { return *installation_; }
  [[nodiscard]] telemetry::Logger& log() noexcept { return log_; }
  [[nodiscard]] base::ReferenceClock& clock() noexcept { return clock_; }

  // Brings what was just committed to the process that serves this folder, if one does, and says so when it could not
  // confirm. Returns the command's exit status.
  [[nodiscard]] int tell_running_process(const CommandIo& io) const;

 private:
  const Settings& settings_;
  base::ReferenceClock clock_;
  base::SystemRandom random_;
  telemetry::Logger log_;
  std::unique_ptr<Installation> installation_;
};

}  // namespace gatehouse::app
