#include <cstdint>
#include <cstdlib>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "identity/audit/chain_checker.hpp"
#include "identity/audit/export_format.hpp"
#include "identity/audit/log_verification.hpp"

// An export of the audit log, as somebody else may have written it: what verifies with the key that is pinned is,
// behind its first line, the one export that was made with it or the end of that, to the byte. And a record of a batch,
// signed as it comes, so that what lies behind the signature is reached as well.
namespace {

namespace base = gatehouse::base;
namespace identity = gatehouse::identity;

const identity::ChainHead kBehind{.number = 3, .record_sha256 = std::string(64, 'a')};

const gatehouse::crypto::SigningKey& key() {
  static const auto made = identity::audit_key(base::Secret(std::string(32, 'k')));
  return made;
}

// Its first line, and the others: corpus/audit_export/whole is both.
struct Export {
  std::string first;
  std::string others;
};

Export make_export() {
  Export made{.first = identity::export_start_line(kBehind, {}, key()) + "\n", .others = {}};
  auto head = kBehind;
  for (int batch = 0; batch < 2; ++batch) {
    std::vector<identity::EventLine> events;
    for (std::int64_t seq = batch * 3 + 10; seq < batch * 3 + 12; ++seq) {
      events.push_back({seq, "{\"seq\":" + std::to_string(seq) + ",\"type\":\"key.rotated\",\"fields\":{}}"});
      made.others += events.back().line + "\n";
    }
    const auto record = identity::seal_batch(head, events, {}, key());
    made.others += record + "\n";
    head = {.number = head.number + 1, .record_sha256 = identity::sha256_hex(record)};
  }
  made.others += identity::export_end_line(head, {}, key()) + "\n";
  return made;
}

void check_export(std::string text) {
  static const Export genuine = make_export();
  if (!text.ends_with('\n')) text += '\n';
  std::istringstream file(text);
  const auto verification = identity::verify_export(file, key().kid());
  if (verification.findings_total < verification.findings.size()) std::abort();
  if (verification.findings_total > 0) return;
  // Where it begins is what its first line says, and whoever verifies it is told.
  if (!genuine.others.ends_with(text.substr(text.find('\n') + 1))) std::abort();
}

void check_record(std::string_view input) {
  const auto record = identity::sign_record(std::string(input), key());
  if (!identity::signature_holds(record, key().verification_key())) std::abort();
  identity::ChainChecker checker(key().verification_key());
  checker.batch(record, {});
  if (checker.findings_total() == 0) std::abort();  // it has no events, and a batch is never empty
  (void)identity::parse_checkpoint(record);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  check_export(std::string(input));
  check_record(input);
  return 0;
}
