#include "platform/db/dump_format.hpp"

#include <span>
#include <utility>

#include "platform/base/secret.hpp"
#include "platform/db/migrations.hpp"
#include "platform/db/sqlite_database.hpp"

namespace gatehouse::db {
namespace {

constexpr std::string_view kMagic = "GHDUMP1\n";
constexpr std::size_t kFlushBytes = 64 * 1024;
constexpr std::size_t kMaxBytes = std::size_t{16} << 20;  // of one value
constexpr std::size_t kHashBytes = 64;

[[noreturn]] void malformed() { throw DumpError("the dump is malformed"); }

// Plans alone need no time.
class NoTime final : public base::Clock {
 public:
  [[nodiscard]] base::TimePoint now() const override { return {}; }
  [[nodiscard]] base::SteadyPoint steady_now() const override { return {}; }
};

}  // namespace

std::vector<TablePlan> plan_of_version(int version) {
  const auto empty = open_sqlite({.path = {}, .reader_threads = 1});
  migrate(*empty, NoTime(), sqlite_migrations().first(static_cast<std::size_t>(version)));
  return plan_of(*empty);
}

void DumpEncoder::header(const DumpHeader& header) {
  pending_ += kMagic;
  number(static_cast<std::uint64_t>(base::to_unix_ms(header.made_at)), 8);
  number(static_cast<std::uint64_t>(header.version), 4);
  for (const auto& migration : sqlite_migrations().first(static_cast<std::size_t>(header.version))) {
    pending_ += migration.sha256;
  }
  bytes(header.program);
  bytes(header.extra.expose());
}

void DumpEncoder::begin_table(const TablePlan& plan, std::int64_t highest) {
  rows_ = 0;
  pending_ += 'T';
  bytes(plan.name);
  number(static_cast<std::uint64_t>(highest), 8);
}

void DumpEncoder::row(const Cells& cells) {
  pending_ += 'R';
  for (const auto& cell : cells) {
    const bool held = cell.integer || cell.bytes;
    pending_ += held ? '\x01' : '\x00';
    if (cell.integer) number(static_cast<std::uint64_t>(*cell.integer), 8);
    if (cell.bytes) bytes(*cell.bytes);
  }
  ++rows_;
  ++total_;
  if (pending_.size() >= kFlushBytes) flush();
}

void DumpEncoder::end_table() {
  pending_ += 'E';
  number(rows_, 8);
}

void DumpEncoder::end() {
  pending_ += 'Z';
  number(total_, 8);
  flush();
}

void DumpEncoder::number(std::uint64_t value, unsigned bytes) {
  for (unsigned shift = bytes * 8; shift > 0; shift -= 8) pending_ += static_cast<char>(value >> (shift - 8) & 0xff);
}

void DumpEncoder::bytes(std::string_view value) {
  if (value.size() > kMaxBytes) throw DumpError("a value is longer than a dump can hold");
  number(value.size(), 4);
  pending_ += value;
}

void DumpEncoder::flush() {
  write_(pending_);
  base::wipe(pending_);
}

DumpDecoder::~DumpDecoder() { base::wipe(pending_); }

DumpHeader DumpDecoder::header() {
  if (take(kMagic.size()) != kMagic) malformed();
  DumpHeader header;
  header.made_at = base::from_unix_ms(static_cast<std::int64_t>(number(8)));
  const auto version = number(4);
  const auto known = sqlite_migrations();
  if (version == 0) malformed();
  if (version > known.size()) {
    throw DumpError("a newer gatehouse made it: restore it with that version, or a later one");
  }
  for (const auto& migration : known.first(version)) {
    if (take(kHashBytes) == migration.sha256) continue;
    throw DumpError("migration " + std::string(migration.name) +
                    " had another text where it was made: restore it with that version of gatehouse");
  }
  header.version = static_cast<int>(version);
  header.program = bytes();
  header.extra = base::Secret(bytes());
  return header;
}

std::int64_t DumpDecoder::begin_table(const TablePlan& plan) {
  rows_ = 0;
  if (take(1) != "T" || bytes() != plan.name) malformed();
  const auto highest = static_cast<std::int64_t>(number(8));
  if (highest < 0 || (highest > 0 && !plan.numbers_itself)) malformed();
  return highest;
}

std::optional<Cells> DumpDecoder::row(const TablePlan& plan) {
  const char kind = take(1)[0];
  if (kind == 'E') {
    if (number(8) != rows_) malformed();
    return std::nullopt;
  }
  if (kind != 'R') malformed();
  Cells cells(plan.types.size());
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const char held = take(1)[0];
    if (held != 0 && held != 1) malformed();
    if (held == 0) continue;
    if (plan.types[i] == TablePlan::Type::integer) {
      cells[i].integer = static_cast<std::int64_t>(number(8));
    } else {
      cells[i].bytes = bytes();
    }
  }
  ++rows_;
  ++total_;
  return cells;
}

std::uint64_t DumpDecoder::end() {
  if (take(1) != "Z" || number(8) != total_ || fill(1)) malformed();
  return total_;
}

// False when less than `size` bytes are left.
bool DumpDecoder::fill(std::size_t size) {
  while (pending_.size() - at_ < size) {
    const auto more = read_();
    if (more.empty()) return false;
    pending_.erase(0, std::exchange(at_, 0));
    pending_ += more.expose();
  }
  return true;
}

std::string_view DumpDecoder::take(std::size_t size) {
  if (!fill(size)) malformed();
  const auto taken = std::string_view(pending_).substr(at_, size);
  at_ += size;
  return taken;
}

std::uint64_t DumpDecoder::number(unsigned bytes) {
  std::uint64_t value = 0;
  for (const char c : take(bytes)) value = value << 8 | static_cast<unsigned char>(c);
  return value;
}

std::string DumpDecoder::bytes() {
  const auto size = number(4);
  if (size > kMaxBytes) malformed();
  return std::string(take(size));
}

}  // namespace gatehouse::db
