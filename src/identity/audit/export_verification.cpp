#include <array>
#include <istream>
#include <utility>

#include "identity/audit/export_format.hpp"
#include "identity/audit/log_verification.hpp"

namespace gatehouse::identity {
namespace {

constexpr std::size_t kLongestLine = 256 * 1024;

// Its thumbprint is its name, whatever the file says.
std::optional<crypto::VerificationKey> key_of(ExportStart start) {
  start.public_key.erase("kid");
  auto key = crypto::VerificationKey::from_jwk(start.public_key, crypto::Algorithm::eddsa);
  if (!key) return std::nullopt;
  return std::move(*key);
}

// Goes through an export line by line.
class ExportWalk {
 public:
  ExportWalk(const crypto::VerificationKey& key, const ChainHead& behind) : key_(key), checker_(key) {
    checker_.begin_behind(behind);
  }

  void line(std::string line) {
    if (ended_ && goes_on(line)) {
      ended_ = false;
    } else if (ended_) {
      checker_.found({.what = "there is something behind the end of the export"});
    } else if (const auto seq = event_number(line)) {
      keep({*seq, std::move(line)});
    } else if (const auto end = parse_export_end(line)) {
      if (!signature_holds(line, key_)) checker_.found({.what = "the end of the export was altered"});
      if (*end != checker_.head()) checker_.found({.batch = end->number, .what = "missing before the end"});
      ended_ = true;
    } else {
      checker_.batch(line, events_);
      events_.clear();
    }
  }

  LogVerification finish() {
    if (!ended_) checker_.found({.what = "the export ends before its end: it was cut short"});
    for (const auto& event : events_) checker_.found({.event = event.seq, .what = "in no batch"});
    return {.findings = checker_.findings(),
            .findings_total = checker_.findings_total(),
            .batches = checker_.batches(),
            .events = checker_.events(),
            .behind = checker_.behind(),
            .head = checker_.head(),
            .kid = key_.kid()};
  }

 private:
  // Another export that begins where this one ended, and was signed by the same key: pieces put together are one.
  [[nodiscard]] bool goes_on(std::string_view line) const {
    const auto start = parse_export_start(line);
    return start && start->behind == checker_.head() && key_of(*start) && key_of(*start)->kid() == key_.kid();
  }

  // A batch takes kMaxBatchEvents; what is beyond is too much already, and need not be kept.
  void keep(EventLine event) {
    if (events_.size() <= kMaxBatchEvents) events_.push_back(std::move(event));
  }

  crypto::VerificationKey key_;
  ChainChecker checker_;
  std::vector<EventLine> events_;
  bool ended_ = false;
};

bool read_line(std::istream& file, std::string& line) {
  line.clear();
  for (int c = file.get(); c != std::istream::traits_type::eof(); c = file.get()) {
    if (c == '\n') return true;
    if (line.size() < kLongestLine) line += static_cast<char>(c);  // a longer one is nothing we wrote
  }
  return !line.empty();
}

LogVerification refused(std::string what) {
  LogVerification verification{.findings_total = 1};
  verification.findings.push_back({.what = std::move(what)});
  return verification;
}

}  // namespace

LogVerification verify_export(std::istream& file, const std::optional<std::string>& pinned_kid) {
  std::string line;
  if (!read_line(file, line)) return refused("there is nothing in the file");
  const auto start = parse_export_start(line);
  if (!start) return refused("the first line is not that of an export");
  const auto key = key_of(*start);
  if (!key) return refused("the key in the first line is none");
  if (pinned_kid && key->kid() != *pinned_kid) return refused("it was signed with another key: " + key->kid());
  ExportWalk walk(*key, start->behind);
  while (read_line(file, line)) walk.line(std::exchange(line, {}));
  return walk.finish();
}

}  // namespace gatehouse::identity
