#include "app/data_lock.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>

#include "tests/support/temp_dir.hpp"

namespace gatehouse::app {
namespace {

TEST(DataLock, refuses_a_second_process_on_the_same_folder_and_names_it) {
  const test::TempDir dir;
  auto first = std::make_unique<DataLock>(dir.path());
  try {
    const DataLock second(dir.path());
    FAIL() << "two processes serve one folder";
  } catch (const std::runtime_error& refused) {
    EXPECT_NE(std::string(refused.what()).find(dir.path().string()), std::string::npos);
  }
  first.reset();
  EXPECT_NO_THROW(DataLock(dir.path()));
}

TEST(DataLock, lets_other_folders_be) {
  const test::TempDir one;
  const test::TempDir other;
  const DataLock first(one.path());
  EXPECT_NO_THROW(DataLock(other.path()));
}

}  // namespace
}  // namespace gatehouse::app
