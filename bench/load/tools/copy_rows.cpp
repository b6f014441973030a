#include "bench/load/tools/copy_rows.hpp"

#include <stdexcept>

namespace gatehouse::bench {
namespace {

constexpr std::size_t kFlushAt = std::size_t{1} << 18;

}  // namespace

CopyRows::CopyRows(std::ostream& out) : out_(out) {
  buffer_.reserve(kFlushAt + 4096);
  buffer_.assign("PGCOPY\n\377\r\n\0", 11);
  number(0, 4);  // no flags
  number(0, 4);  // no extension of the header
}

void CopyRows::integer(std::int64_t value) {
  number(8, 4);
  number(static_cast<std::uint64_t>(value), 8);
}

void CopyRows::bytes(std::string_view value) {
  number(value.size(), 4);
  buffer_ += value;
  if (buffer_.size() >= kFlushAt) flush();
}

void CopyRows::finish() {
  row(0xffffU);
  flush();
  out_.flush();
  if (!out_) throw std::runtime_error("the rows could not be written");
}

void CopyRows::number(std::uint64_t value, unsigned bytes) {
  for (unsigned shift = bytes * 8; shift > 0; shift -= 8) buffer_ += static_cast<char>(value >> (shift - 8) & 0xffU);
}

void CopyRows::flush() {
  if (!out_.write(buffer_.data(), static_cast<std::streamsize>(buffer_.size()))) {
    throw std::runtime_error("the rows could not be written");
  }
  buffer_.clear();
}

}  // namespace gatehouse::bench
