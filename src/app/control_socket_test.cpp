#include "app/control_socket.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <atomic>
#include <fstream>
#include <memory>
#include <thread>
#include <vector>

#include "tests/support/temp_dir.hpp"

namespace gatehouse::app {
namespace {

TEST(ControlSocket, answers_once_the_process_has_looked) {
  const test::TempDir dir;
  std::atomic<int> looks{0};
  const ControlSocket socket(dir.path(), [&] { return ++looks > 0; });
  EXPECT_EQ(ask_to_look(dir.path()), ControlOutcome::done);
  EXPECT_EQ(looks, 1);
}

TEST(ControlSocket, tells_a_command_when_the_look_failed) {
  const test::TempDir dir;
  const ControlSocket socket(dir.path(), [] { return false; });
  EXPECT_EQ(ask_to_look(dir.path()), ControlOutcome::failed);
}

TEST(ControlSocket, says_that_nothing_runs_where_nothing_runs) {
  const test::TempDir dir;
  EXPECT_EQ(ask_to_look(dir.path()), ControlOutcome::not_running);
  {
    const ControlSocket socket(dir.path(), [] { return true; });
  }
  EXPECT_EQ(ask_to_look(dir.path()), ControlOutcome::not_running);
}

TEST(ControlSocket, F05_takes_the_place_of_what_a_killed_process_left) {
  const test::TempDir dir;
  std::ofstream(dir.path() / kControlSocketName) << "left behind";
  const ControlSocket socket(dir.path(), [] { return true; });
  EXPECT_EQ(ask_to_look(dir.path()), ControlOutcome::done);
}

TEST(ControlSocket, is_open_to_its_owner_alone) {
  const test::TempDir dir;
  const ControlSocket socket(dir.path(), [] { return true; });
  struct stat status {};
  ASSERT_EQ(stat((dir.path() / kControlSocketName).c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST(ControlSocket, answers_every_one_of_many_commands_at_once) {
  const test::TempDir dir;
  std::atomic<int> looks{0};
  const ControlSocket socket(dir.path(), [&] { return ++looks > 0; });
  std::atomic<int> done{0};
  std::vector<std::thread> commands;
  for (int i = 0; i < 8; ++i) {
    commands.emplace_back([&] { done += ask_to_look(dir.path()) == ControlOutcome::done ? 1 : 0; });
  }
  for (auto& command : commands) command.join();
  EXPECT_EQ(done, 8);
  EXPECT_EQ(looks, 8);
}

}  // namespace
}  // namespace gatehouse::app
