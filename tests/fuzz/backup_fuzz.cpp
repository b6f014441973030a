#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

#include "crypto/sealed_stream.hpp"
#include "crypto/sealed_stream_header.hpp"
#include "platform/db/dump.hpp"

// Any bytes as a backup: its header, the sealed stream, and what would lie in it once it is opened.
namespace {

namespace crypto = gatehouse::crypto;
namespace db = gatehouse::db;

void check_header(std::string_view input) {
  const auto length = crypto::SealedStreamHeader::length(input.substr(0, crypto::SealedStreamHeader::kFixedBytes));
  if (!length) return;
  const auto header = crypto::SealedStreamHeader::decode(input.substr(0, *length));
  if (header && header->encode() != input.substr(0, *length)) std::abort();
}

// Nobody knows the key, so nothing may open. A passphrase would cost what the header asks for: not tried here.
void check_stream(std::string_view input) {
  static const crypto::StreamKey key = crypto::RecipientSecret::generate();
  const auto opened = crypto::SealedStreamReader::open(
      [&input](char* out, std::size_t size) {
        const auto taken = std::min(size, input.size());
        std::memcpy(out, input.data(), taken);
        input.remove_prefix(taken);
        return taken;
      },
      key);
  if (opened) std::abort();
}

void check_dump(std::string_view input) {
  bool given = false;
  const auto read = [&]() -> gatehouse::base::Secret {
    if (given) return {};
    given = true;
    return gatehouse::base::Secret(input);
  };
  try {
    (void)db::check_dump(read, [](std::string_view, std::uint64_t) {});
  } catch (const db::DumpError&) {
    return;  // the only way to say no
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  check_header(input);
  check_stream(input);
  check_dump(input);
  return 0;
}
