#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace gatehouse::identity {

// The lines of a file, whatever their length: one that is too long is skipped without being held. Not thread-safe.
class LineReader {
 public:
  struct Line {
    std::uint64_t number = 0;  // from 1
    std::uint64_t end = 0;     // offset behind it and its line feed
    std::string text;          // without line feed and carriage return, nor a byte order mark; empty when too long
    bool too_long = false;     // longer than kMaxLineBytes
  };

  // Begins at `offset`, which is behind line `number`. Throws std::runtime_error when the file can't be opened.
  explicit LineReader(const std::filesystem::path& path, std::uint64_t offset = 0, std::uint64_t number = 0);
  ~LineReader();
  LineReader(const LineReader&) = delete;
  LineReader& operator=(const LineReader&) = delete;

  // Nothing at the end. Throws std::runtime_error when the file can't be read.
  [[nodiscard]] std::optional<Line> next();

 private:
  bool fill();

  int descriptor_;
  std::string buffer_;
  std::size_t at_ = 0;  // in buffer_
  std::uint64_t offset_;
  std::uint64_t number_;
};

}  // namespace gatehouse::identity
