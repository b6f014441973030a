#include "identity/audit/head_file.hpp"

#include <boost/json/object.hpp>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "platform/base/json.hpp"

namespace gatehouse::identity {

std::optional<ChainHead> HeadFile::load() const {
  std::ifstream file(path_);
  if (!file) {
    if (std::filesystem::exists(path_)) throw std::runtime_error(path_.string() + " can't be read");
    return std::nullopt;
  }
  std::string text(std::istreambuf_iterator<char>(file), {});
  const auto value = base::parse_json(text);
  if (value && value->is_object()) {
    const auto* const number = value->as_object().if_contains("batch");
    const auto* const hash = value->as_object().if_contains("record_sha256");
    if (number != nullptr && number->is_int64() && hash != nullptr && hash->is_string()) {
      return ChainHead{.number = number->as_int64(), .record_sha256 = std::string(hash->as_string())};
    }
  }
  throw std::runtime_error(path_.string() + " is not what the program wrote there");
}

// Not forced to the disk: after a loss of power it may tell of less than there is, which is no reason for an alarm.
void HeadFile::store(const ChainHead& head) const {
  const auto fresh = std::filesystem::path(path_).concat(".new");
  {
    std::ofstream file(fresh, std::ios::trunc);
    file << R"({"batch":)" << head.number << R"(,"record_sha256":")" << head.record_sha256 << "\"}\n";
    if (!file.flush()) throw std::runtime_error(fresh.string() + " can't be written");
  }
  std::filesystem::rename(fresh, path_);
}

}  // namespace gatehouse::identity
