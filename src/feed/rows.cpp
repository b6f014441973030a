#include "feed/rows.hpp"

#include <algorithm>

#include "platform/base/encoding.hpp"

namespace gatehouse::feed {
namespace {

using contract::Revocation;

constexpr std::size_t kIdBytes = 16;

bool fits(Revocation::Kind kind, std::size_t key_bytes) {
  switch (kind) {
    case Revocation::Kind::session:
    case Revocation::Kind::account: return key_bytes == kIdBytes;
    case Revocation::Kind::token:
    case Revocation::Kind::key: return key_bytes > 0;
  }
  return false;
}

std::size_t size_of_first(std::string_view bytes) { return 2 + static_cast<unsigned char>(bytes[1]) + 16U; }

}  // namespace

void append_row(std::string& out, const Revocation& row) {
  const std::size_t size = std::min(row.key.size(), kMaxKeyBytes);
  out += static_cast<char>(row.kind);
  out += static_cast<char>(size);
  out.append(row.key, 0, size);
  out += base::encode_u64(static_cast<std::uint64_t>(row.min_epoch));
  out += base::encode_u64(static_cast<std::uint64_t>(base::to_unix_ms(row.until)));
}

std::optional<std::vector<Revocation>> read_rows(std::string_view bytes, std::size_t count) {
  std::vector<Revocation> rows;
  rows.reserve(std::min(count, bytes.size() / 18));  // what is claimed is not what is there
  for (; count > 0; --count) {
    if (bytes.size() < 2 || bytes.size() < size_of_first(bytes)) return std::nullopt;
    Revocation row;
    row.kind = static_cast<Revocation::Kind>(bytes[0]);
    row.key = bytes.substr(2, static_cast<unsigned char>(bytes[1]));
    if (!fits(row.kind, row.key.size())) return std::nullopt;
    const auto numbers = bytes.substr(2 + row.key.size(), 16);
    row.min_epoch = static_cast<std::int64_t>(base::decode_u64(numbers.substr(0, 8)));
    row.until = base::from_unix_ms(static_cast<std::int64_t>(base::decode_u64(numbers.substr(8))));
    bytes.remove_prefix(size_of_first(bytes));
    rows.push_back(std::move(row));
  }
  if (!bytes.empty()) return std::nullopt;
  return rows;
}

std::size_t size_of_rows(std::string_view bytes, std::size_t count) {
  std::size_t size = 0;
  for (; count > 0; --count) size += size_of_first(bytes.substr(size));
  return size;
}

}  // namespace gatehouse::feed
