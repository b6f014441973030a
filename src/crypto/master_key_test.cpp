#include "crypto/master_key.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <thread>
#include <vector>

#include "platform/base/encoding.hpp"

namespace gatehouse::crypto {
namespace {

namespace fs = std::filesystem;

const std::string kRaw = "0123456789abcdef\x01\x02\x03\xff\n\r ABCDEFGHI";

class MasterKeyTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "gatehouse-master-key-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    dir_ = name;
  }
  void TearDown() override { fs::remove_all(dir_); }

  fs::path write(const std::string& name, const std::string& content, mode_t mode = 0600) {
    const auto path = dir_ / name;
    std::ofstream(path, std::ios::binary) << content;
    ::chmod(path.c_str(), mode);
    return path;
  }
  MasterKeySources from_file(const fs::path& path) {
    MasterKeySources sources;
    sources.file = path;
    sources.data_dir = dir_;
    return sources;
  }
  MasterKeySources from_data() {
    MasterKeySources sources;
    sources.data_dir = dir_;
    return sources;
  }

  fs::path dir_;
  base::SystemRandom random_;
};

TEST_F(MasterKeyTest, is_made_once_with_mode_0600_and_found_again) {
  ::umask(0);
  const auto first = load_master_key(from_data(), random_);
  ::umask(022);
  ASSERT_TRUE(first) << first.error().message;
  EXPECT_TRUE(first->created);
  EXPECT_EQ(first->bytes.size(), 32U);
  struct stat status {};
  ASSERT_EQ(::stat((dir_ / "master.key").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0600U);
  const auto second = load_master_key(from_data(), random_);
  ASSERT_TRUE(second);
  EXPECT_FALSE(second->created);
  EXPECT_TRUE(second->bytes == first->bytes);
  // No draft is left behind.
  EXPECT_EQ(std::distance(fs::directory_iterator(dir_), fs::directory_iterator()), 1);
}

TEST_F(MasterKeyTest, processes_that_start_at_once_agree_on_one_key) {
  std::vector<std::string> keys(8);
  std::vector<std::thread> threads;
  for (auto& key : keys) {
    threads.emplace_back([&] {
      base::SystemRandom random;
      const auto loaded = load_master_key(from_data(), random);
      if (loaded) key = loaded->bytes.expose();
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(keys.front().size(), 32U);
  for (const auto& key : keys) EXPECT_EQ(key, keys.front());
}

TEST_F(MasterKeyTest, reads_raw_bytes_hex_and_base64url) {
  ASSERT_EQ(kRaw.size(), 32U);
  const auto hex = base::hex_encode(kRaw);
  const auto base64url = base::base64url_encode(kRaw);
  for (const std::string& content : {kRaw, hex, hex + "\n", base64url, base64url + "\n", base64url + "\r\n"}) {
    const auto key = load_master_key(from_file(write("key", content)), random_);
    ASSERT_TRUE(key) << key.error().message;
    EXPECT_EQ(key->bytes.expose(), kRaw);
    EXPECT_FALSE(key->created);
  }
}

TEST_F(MasterKeyTest, refuses_files_that_others_can_read_or_write) {
  for (const mode_t mode : {0640U, 0604U, 0660U, 0620U, 0602U, 0644U, 0666U}) {
    const auto path = write("key", kRaw, mode);
    const auto key = load_master_key(from_file(path), random_);
    ASSERT_FALSE(key) << mode;
    EXPECT_EQ(key.error().kind, MasterKeyError::Kind::permissions);
    EXPECT_NE(key.error().message.find("chmod 600 " + path.string()), std::string::npos);
  }
  write("master.key", kRaw, 0644);
  EXPECT_FALSE(load_master_key(from_data(), random_));
}

TEST_F(MasterKeyTest, refuses_malformed_keys_without_showing_them) {
  for (const std::string& content : {std::string(), kRaw.substr(1), kRaw + "x", std::string(64, 'g'),
                                     base::hex_encode(kRaw) + "\n\n", std::string(5000, 'a')}) {
    const auto key = load_master_key(from_file(write("key", content)), random_);
    ASSERT_FALSE(key) << content;
    EXPECT_EQ(key.error().kind, MasterKeyError::Kind::malformed);
    EXPECT_TRUE(content.empty() || key.error().message.find(content.substr(0, 8)) == std::string::npos);
  }
}

TEST_F(MasterKeyTest, never_replaces_a_broken_key_by_a_new_one) {
  write("master.key", "cut sho");
  EXPECT_FALSE(load_master_key(from_data(), random_));
  std::ifstream file(dir_ / "master.key");
  std::string content;
  std::getline(file, content);
  EXPECT_EQ(content, "cut sho");
}

TEST_F(MasterKeyTest, refuses_what_is_missing_or_no_regular_file) {
  EXPECT_EQ(load_master_key(from_file(dir_ / "missing"), random_).error().kind, MasterKeyError::Kind::unreadable);
  EXPECT_EQ(load_master_key(from_file(dir_), random_).error().kind, MasterKeyError::Kind::unreadable);
  ASSERT_EQ(::mkfifo((dir_ / "fifo").c_str(), 0600), 0);
  EXPECT_EQ(load_master_key(from_file(dir_ / "fifo"), random_).error().kind, MasterKeyError::Kind::unreadable);
  // A dangling link in place of master.key is not followed into a new key.
  fs::create_symlink(dir_ / "elsewhere", dir_ / "master.key");
  EXPECT_FALSE(load_master_key(from_data(), random_));
  EXPECT_FALSE(fs::exists(dir_ / "elsewhere"));
  auto nowhere = from_data();
  nowhere.data_dir = dir_ / "no" / "folder";
  EXPECT_EQ(load_master_key(nowhere, random_).error().kind, MasterKeyError::Kind::cannot_be_created);
}

TEST_F(MasterKeyTest, takes_the_first_source_that_is_given) {
  const std::string in_setting(32, 's');
  fs::create_directory(dir_ / "credentials");
  write("credentials/gatehouse-master-key", std::string(32, 'c'), 0440);
  auto sources = from_file(write("key", std::string(32, 'f')));
  sources.credentials_directory = dir_ / "credentials";
  sources.value = base::Secret(base::hex_encode(in_setting));
  EXPECT_EQ(load_master_key(sources, random_)->bytes.expose(), in_setting);
  sources.value = base::Secret();
  EXPECT_EQ(load_master_key(sources, random_)->bytes.expose(), std::string(32, 'f'));
  sources.file.clear();
  EXPECT_EQ(load_master_key(sources, random_)->bytes.expose(), std::string(32, 'c'));
  sources.credential = "another";
  const auto made = load_master_key(sources, random_);
  ASSERT_TRUE(made);
  EXPECT_TRUE(made->created);
}

TEST_F(MasterKeyTest, the_previous_one_comes_from_the_same_sources_and_is_never_made) {
  auto sources = from_data();
  const auto none = load_previous_master_key(sources);
  ASSERT_TRUE(none) << none.error().message;
  EXPECT_FALSE(*none);
  EXPECT_TRUE(fs::is_empty(dir_));
  const auto first_byte = [&] {
    const auto found = load_previous_master_key(sources);
    return found && *found ? (*found)->bytes.expose().front() : '?';
  };
  write("master.key", std::string(32, 'n'));
  write(kPreviousMasterKeyFile, std::string(32, 'd'));
  EXPECT_EQ(first_byte(), 'd');
  fs::create_directory(dir_ / "credentials");
  sources.credentials_directory = dir_ / "credentials";
  sources.credential = "gatehouse-master-key-previous";
  EXPECT_EQ(first_byte(), 'd') << "the credential is not there";
  write("credentials/gatehouse-master-key-previous", std::string(32, 'c'), 0440);
  EXPECT_EQ(first_byte(), 'c');
  sources.file = write("key", std::string(32, 'f'));
  EXPECT_EQ(first_byte(), 'f');
  sources.value = base::Secret(base::hex_encode(std::string(32, 's')));
  EXPECT_EQ(first_byte(), 's');
}

TEST_F(MasterKeyTest, a_previous_one_that_others_can_read_or_that_is_broken_is_refused) {
  write(kPreviousMasterKeyFile, kRaw, 0640);
  EXPECT_EQ(load_previous_master_key(from_data()).error().kind, MasterKeyError::Kind::permissions);
  write(kPreviousMasterKeyFile, "cut sho");
  EXPECT_EQ(load_previous_master_key(from_data()).error().kind, MasterKeyError::Kind::malformed);
  EXPECT_EQ(load_previous_master_key(from_file(dir_ / "missing")).error().kind, MasterKeyError::Kind::unreadable);
}

TEST_F(MasterKeyTest, a_bad_source_is_not_made_up_for_by_the_next) {
  auto sources = from_file(write("key", kRaw));
  sources.value = base::Secret(std::string_view("too short"));
  EXPECT_EQ(load_master_key(sources, random_).error().kind, MasterKeyError::Kind::malformed);
  sources.value = base::Secret(std::string(32, 'r'));  // raw bytes are for files only
  EXPECT_EQ(load_master_key(sources, random_).error().kind, MasterKeyError::Kind::malformed);
}

}  // namespace
}  // namespace gatehouse::crypto
