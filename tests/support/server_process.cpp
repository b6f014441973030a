#include "tests/support/server_process.hpp"

#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <system_error>

namespace gatehouse::test {
namespace {

struct User {
  uid_t uid;
  gid_t gid;
};

User server_user() {
  if (::geteuid() != 0) return {::geteuid(), ::getegid()};
  const passwd* const entry = ::getpwnam("postgres");
  if (entry == nullptr) throw std::runtime_error("there is no user postgres: install postgresql-15");
  return {entry->pw_uid, entry->pw_gid};
}

// Between fork and exec of a program with threads: system calls only.
[[noreturn]] void become(char* const* arguments, int log, User user, pid_t parent) {
  if (::geteuid() == 0 && (::setgroups(1, &user.gid) != 0 || ::setgid(user.gid) != 0 || ::setuid(user.uid) != 0)) {
    ::_exit(126);
  }
  ::prctl(PR_SET_PDEATHSIG, SIGQUIT);  // after setuid, which clears it
  if (::getppid() != parent) ::_exit(126);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::dup2(log, STDOUT_FILENO);
  ::dup2(log, STDERR_FILENO);
  ::close_range(3, ~0U, 0);
  ::execv(arguments[0], arguments);
  ::_exit(127);
}

std::vector<pid_t> children_of(pid_t parent) {
  std::vector<pid_t> children;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    if (entry.path().filename().string().find_first_not_of("0123456789") != std::string::npos) continue;
    std::ifstream file(entry.path() / "stat");
    const std::string stat{std::istreambuf_iterator<char>(file), {}};
    const auto behind_name = stat.rfind(')');
    if (behind_name == std::string::npos || stat.size() < behind_name + 4) continue;
    if (std::strtol(stat.c_str() + behind_name + 4, nullptr, 10) != parent) continue;
    children.push_back(static_cast<pid_t>(std::strtol(stat.c_str(), nullptr, 10)));
  }
  return children;
}

}  // namespace

ServerProcess::ServerProcess(std::vector<std::string> command, const std::filesystem::path& log) {
  std::vector<char*> arguments;
  for (auto& word : command) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  const int descriptor = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (descriptor < 0) throw std::system_error(errno, std::generic_category(), log.string());
  const User user = server_user();
  const pid_t self = ::getpid();
  pid_ = ::fork();
  if (pid_ == 0) become(arguments.data(), descriptor, user, self);
  ::close(descriptor);
  if (pid_ < 0) throw std::system_error(errno, std::generic_category(), "fork");
}

ServerProcess::~ServerProcess() {
  if (!running()) return;
  signal_all(SIGKILL);
  wait();
}

bool ServerProcess::running() {
  if (pid_ < 0) return false;
  if (::waitpid(pid_, &status_, WNOHANG) != pid_) return true;
  pid_ = -1;
  return false;
}

void ServerProcess::signal(int signal) const { ::kill(pid_, signal); }

void ServerProcess::signal_all(int signal) const {
  const auto children = children_of(pid_);  // before the parent is gone, and with it the tie
  ::kill(pid_, signal);
  for (const pid_t child : children) ::kill(child, signal);
}

void ServerProcess::limit_file_size(std::uint64_t bytes) const {
  const rlimit limit{.rlim_cur = bytes, .rlim_max = RLIM_INFINITY};
  ::prlimit(pid_, RLIMIT_FSIZE, &limit, nullptr);
  for (const pid_t child : children_of(pid_)) ::prlimit(child, RLIMIT_FSIZE, &limit, nullptr);
}

int ServerProcess::wait() {
  if (pid_ >= 0) {
    while (::waitpid(pid_, &status_, 0) < 0 && errno == EINTR) continue;
    pid_ = -1;
  }
  return WIFEXITED(status_) ? WEXITSTATUS(status_) : -WTERMSIG(status_);
}

void run_to_end(std::vector<std::string> command, const std::filesystem::path& log) {
  const std::string name = command.front();
  if (ServerProcess(std::move(command), log).wait() == 0) return;
  std::ifstream file(log);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  throw std::runtime_error(name + " failed: " + text.substr(text.size() < 2000 ? 0 : text.size() - 2000));
}

void give_to_server_user(const std::filesystem::path& folder) {
  const User user = server_user();
  if (::chown(folder.c_str(), user.uid, user.gid) != 0) {
    throw std::system_error(errno, std::generic_category(), folder.string());
  }
}

bool wait_until(const std::function<bool()>& condition, std::chrono::seconds limit) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    ::poll(nullptr, 0, 5);  // between two looks, not instead of them
  }
  return true;
}

}  // namespace gatehouse::test
