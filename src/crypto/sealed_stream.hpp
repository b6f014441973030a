#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "crypto/recipient_key.hpp"
#include "platform/base/random.hpp"
#include "platform/base/result.hpp"
#include "platform/base/secret.hpp"

namespace gatehouse::crypto {

// A long text that only the holder of a key can read, in pieces, so that its length does not matter: libsodium's
// secretstream (XChaCha20-Poly1305), in which each piece depends on all before it and the last one says that it is. A
// stream that was altered, cut off, continued, or whose pieces changed places does not open.
//
// What it does not show: who wrote it, when it was sealed for a public key. With a passphrase the writer knew it.

struct PassphraseCost {
  unsigned passes = 3;
  unsigned memory_kib = 262'144;  // 256 MiB
};

// One writer, used by one thread at a time. `write` gets the bytes of the file in order; what it throws passes through.
class SealedStreamWriter {
 public:
  using Write = std::function<void(std::string_view)>;
  [[nodiscard]] static SealedStreamWriter for_recipient(const RecipientKey& recipient, base::Random& random,
                                                        Write write);
  // The key by Argon2id. Throws base::Unavailable when there is no memory for it.
  [[nodiscard]] static SealedStreamWriter for_passphrase(const base::Secret& passphrase, base::Random& random,
                                                         Write write, const PassphraseCost& cost = {});
  SealedStreamWriter(SealedStreamWriter&&) noexcept;
  ~SealedStreamWriter();

  void append(std::string_view plain);
  // Writes the last piece. Without it the file does not open. REQUIRES: nothing is appended afterwards.
  void finish();

 private:
  struct State;
  explicit SealedStreamWriter(std::unique_ptr<State> state);
  void push(std::string_view plain, bool last);
  std::unique_ptr<State> state_;
};

enum class SealedStreamError {
  not_a_stream,  // the first bytes are not ours, or of a version that we don't know
  other_kind,    // sealed for a public key, and a passphrase was given, or the other way round
  wrong_key,     // another key or passphrase; or the header was altered
  damaged,       // cut off, altered or continued behind its end
};
[[nodiscard]] const char* to_string(SealedStreamError error);

using StreamKey = std::variant<RecipientSecret, base::Secret>;  // the second: a passphrase

// One reader, used by one thread at a time.
class SealedStreamReader {
 public:
  // Puts up to `size` bytes at `out` and returns how many; fewer only at the end of the file.
  using Read = std::function<std::size_t(char* out, std::size_t size)>;
  // Reads the header and the first piece, so a wrong key shows at once. Throws base::Unavailable when there is no
  // memory for a passphrase's key, and what `read` throws.
  [[nodiscard]] static base::Result<SealedStreamReader, SealedStreamError> open(Read read, const StreamKey& key);
  SealedStreamReader(SealedStreamReader&&) noexcept;
  SealedStreamReader& operator=(SealedStreamReader&&) noexcept;
  ~SealedStreamReader();

  // The next piece, as it was written; an empty optional behind the last, and only when the stream is whole. Until then
  // all that was read is what its writer wrote, but it may not be all.
  [[nodiscard]] base::Result<std::optional<base::Secret>, SealedStreamError> next();

 private:
  struct State;
  explicit SealedStreamReader(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// Which key a file asks for, from its first bytes (SealedStreamHeader::kFixedBytes at least).
[[nodiscard]] std::optional<bool> asks_for_passphrase(std::string_view first_bytes);

}  // namespace gatehouse::crypto
