#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/db/dump.hpp"
#include "platform/db/table_rows.hpp"

// The bytes of a dump. Internal to this folder.
//
//   dump   = "GHDUMP1\n" made_at:u64 version:u32 version × sha256:64 program:bytes extra:bytes table* 'Z' rows:u64
//   table  = 'T' name:bytes highest:u64 ('R' cell*)* 'E' rows:u64        highest: number given, 0 for none
//   cell   = 0 | 1 (value:u64 | bytes)                                  which of them: the table's plan
//   bytes  = length:u32 and as many bytes; numbers are big-endian
//
// The tables are all that the schema of that version has, in the order of its plan.
namespace gatehouse::db {

// The tables of the schema that the first `version` migrations make, on either database.
// REQUIRES: as many are built in.
[[nodiscard]] std::vector<TablePlan> plan_of_version(int version);

class DumpEncoder {
 public:
  explicit DumpEncoder(const DumpWrite& write) : write_(write) {}

  void header(const DumpHeader& header);
  void begin_table(const TablePlan& plan, std::int64_t highest);
  void row(const Cells& cells);
  void end_table();
  void end();
  [[nodiscard]] std::uint64_t rows_of_table() const noexcept { return rows_; }
  [[nodiscard]] std::uint64_t total() const noexcept { return total_; }

 private:
  void number(std::uint64_t value, unsigned bytes);
  void bytes(std::string_view value);
  void flush();

  const DumpWrite& write_;
  std::string pending_;
  std::uint64_t rows_ = 0;
  std::uint64_t total_ = 0;
};

// Every function throws DumpError when what comes next is something else.
class DumpDecoder {
 public:
  explicit DumpDecoder(const DumpRead& read) : read_(read) {}
  ~DumpDecoder();
  DumpDecoder(const DumpDecoder&) = delete;
  DumpDecoder& operator=(const DumpDecoder&) = delete;

  // Of this program's migrations, or an earlier state of them.
  [[nodiscard]] DumpHeader header();
  // The highest number the table ever gave itself.
  [[nodiscard]] std::int64_t begin_table(const TablePlan& plan);
  // Nothing: the table is complete, and as long as was said.
  [[nodiscard]] std::optional<Cells> row(const TablePlan& plan);
  // Nothing follows, and the number of all rows is right.
  [[nodiscard]] std::uint64_t end();

 private:
  [[nodiscard]] bool fill(std::size_t size);
  [[nodiscard]] std::string_view take(std::size_t size);
  [[nodiscard]] std::uint64_t number(unsigned bytes);
  [[nodiscard]] std::string bytes();

  const DumpRead& read_;
  std::string pending_;
  std::size_t at_ = 0;
  std::uint64_t rows_ = 0;
  std::uint64_t total_ = 0;
};

}  // namespace gatehouse::db
