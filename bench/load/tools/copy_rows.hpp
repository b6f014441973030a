#pragma once

#include <cstddef>
#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>

namespace gatehouse::bench {

// Writes what PostgreSQL's COPY … FROM STDIN (FORMAT binary) reads. Not thread-safe.
class CopyRows {
 public:
  explicit CopyRows(std::ostream& out);
  CopyRows(const CopyRows&) = delete;
  CopyRows& operator=(const CopyRows&) = delete;

  void row(std::uint16_t columns) { number(columns, 2); }
  void integer(std::int64_t value);    // BIGINT
  void bytes(std::string_view value);  // UUID, BYTEA, TEXT
  void null() { number(0xffffffffU, 4); }
  // The trailer: without it the server takes nothing. Throws when not everything could be written.
  void finish();

 private:
  void number(std::uint64_t value, unsigned bytes);
  void flush();

  std::ostream& out_;
  std::string buffer_;
};

}  // namespace gatehouse::bench
