#include "platform/mail/folder_mailer.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

namespace gatehouse::mail {
namespace {

namespace fs = std::filesystem;

bool write_all(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file, bytes.data(), bytes.size());
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return ::fsync(file) == 0;
}

// Whole or not at all, and never readable by others, not even for a moment.
bool write_file(const fs::path& path, std::string_view bytes) {
  const fs::path partial = path.string() + ".partial";
  const int file = ::open(partial.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (file < 0) return false;
  const bool written = write_all(file, bytes);
  ::close(file);
  if (written && ::rename(partial.c_str(), path.c_str()) == 0) return true;
  ::unlink(partial.c_str());
  return false;
}

// What a killed process had not written to its end is one, too: the address stands in it. One that is being written
// meanwhile and goes is written again: send() says unreachable.
std::vector<fs::path> letters(const fs::path& folder) {
  std::vector<fs::path> found;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    const std::string name = entry.path().filename();
    if (name.ends_with(".eml") || name.ends_with(".eml.partial")) found.push_back(entry.path());
  }
  return found;
}

// Between the first two dots; empty for what is no letter.
std::string tag_of(const fs::path& letter) {
  const std::string name = letter.filename();
  const auto begin = name.find('.');
  const auto end = name.find('.', begin + 1);
  return end == std::string::npos ? "" : name.substr(begin + 1, end - begin - 1);
}

}  // namespace

FolderMailer::FolderMailer(fs::path folder, std::size_t most, const base::Clock& clock, base::Random& random)
    : folder_(std::move(folder)), most_(most), clock_(clock), random_(random) {}

Delivery FolderMailer::send(const Message& message) {
  const auto bytes = build_message(message, clock_.now(), random_);
  if (!bytes) return Delivery::malformed;
  std::error_code failed;
  if (fs::create_directory(folder_, failed)) fs::permissions(folder_, fs::perms::owner_all, failed);
  const std::string name = std::to_string(base::to_unix_ms(clock_.now())) + "." +
                           (message.tag.empty() ? "none" : message.tag) + "." + message.id + ".eml";
  if (!write_file(folder_ / name, *bytes)) return Delivery::unreachable;
  remove_oldest();
  return Delivery::accepted;
}

void FolderMailer::remove_oldest() const {
  auto files = letters(folder_);
  if (files.size() <= most_) return;
  std::ranges::sort(files);  // by name, which begins with the time
  files.resize(files.size() - most_);
  std::error_code ignored;
  for (const auto& file : files) fs::remove(file, ignored);
}

std::set<std::string> tags_of_letters(const fs::path& folder) {
  std::set<std::string> tags;
  for (const auto& file : letters(folder)) tags.insert(tag_of(file));
  tags.erase("");
  return tags;
}

std::size_t remove_letters(const fs::path& folder, const std::set<std::string>& tags) {
  std::size_t removed = 0;
  std::error_code ignored;
  for (const auto& file : letters(folder)) {
    if (tags.contains(tag_of(file)) && fs::remove(file, ignored)) ++removed;
  }
  return removed;
}

std::size_t remove_letters_before(const fs::path& folder, base::TimePoint before) {
  std::size_t removed = 0;
  std::error_code ignored;
  for (const auto& file : letters(folder)) {
    const std::string name = file.filename().string();
    std::int64_t written = 0;
    const auto number = std::from_chars(name.data(), name.data() + name.size(), written);
    if (number.ec == std::errc() && written < base::to_unix_ms(before) && fs::remove(file, ignored)) ++removed;
  }
  return removed;
}

}  // namespace gatehouse::mail
