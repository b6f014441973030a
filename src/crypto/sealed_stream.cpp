#include "crypto/sealed_stream.hpp"

#include <sodium.h>

#include <cstdlib>
#include <utility>

#include "crypto/sealed_stream_header.hpp"
#include "platform/base/unavailable.hpp"

namespace gatehouse::crypto {
namespace {

constexpr std::size_t kPieceBytes = 64 * 1024;  // plain; each but the last is full, so no length stands in the file
constexpr std::size_t kSealedBytes = kPieceBytes + crypto_secretstream_xchacha20poly1305_ABYTES;
constexpr std::size_t kKeyBytes = crypto_secretstream_xchacha20poly1305_KEYBYTES;
static_assert(SealedStreamHeader::kBoxBytes == kKeyBytes + crypto_box_SEALBYTES);
static_assert(SealedStreamHeader::kSaltBytes == crypto_pwhash_SALTBYTES);
static_assert(SealedStreamHeader::kStreamBytes == crypto_secretstream_xchacha20poly1305_HEADERBYTES);

const unsigned char* in(std::string_view bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }
unsigned char* out(std::string& bytes) { return reinterpret_cast<unsigned char*>(bytes.data()); }

base::Secret key_of(const base::Secret& passphrase, const SealedStreamHeader& header) {
  std::string key(kKeyBytes, '\0');
  const auto text = passphrase.expose();
  if (crypto_pwhash(out(key), key.size(), text.data(), text.size(), in(header.salt), header.passes,
                    std::size_t{header.memory_kib} * 1024, crypto_pwhash_ALG_ARGON2ID13) != 0) {
    throw base::Unavailable("hash_memory");
  }
  return base::Secret(std::move(key));
}

std::string box_for(const RecipientKey& recipient, const base::Secret& key) {
  std::string box(SealedStreamHeader::kBoxBytes, '\0');
  if (crypto_box_seal(out(box), in(key.expose()), key.size(), in(recipient.bytes())) != 0) std::abort();
  return box;
}

std::optional<base::Secret> open_box(const RecipientSecret& recipient, std::string_view box) {
  std::string key(kKeyBytes, '\0');
  const auto public_half = recipient.public_half();
  if (crypto_box_seal_open(out(key), in(box), box.size(), in(public_half.bytes()), in(recipient.bytes().expose())) !=
      0) {
    return std::nullopt;
  }
  return base::Secret(std::move(key));
}

}  // namespace

struct SealedStreamWriter::State {
  Write write;
  crypto_secretstream_xchacha20poly1305_state stream{};
  std::string header;  // authenticated with the first piece
  std::string pending;

  State(Write sink, SealedStreamHeader head, const base::Secret& key) : write(std::move(sink)) {
    head.stream.resize(SealedStreamHeader::kStreamBytes);
    crypto_secretstream_xchacha20poly1305_init_push(&stream, out(head.stream), in(key.expose()));
    header = head.encode();
    write(header);
  }
  ~State() {
    sodium_memzero(&stream, sizeof stream);
    base::wipe(pending);
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
};

SealedStreamWriter::SealedStreamWriter(std::unique_ptr<State> state) : state_(std::move(state)) {}
SealedStreamWriter::SealedStreamWriter(SealedStreamWriter&&) noexcept = default;
SealedStreamWriter::~SealedStreamWriter() = default;

SealedStreamWriter SealedStreamWriter::for_recipient(const RecipientKey& recipient, base::Random& random, Write write) {
  const base::Secret key(random.bytes(kKeyBytes));
  SealedStreamHeader header{.kind = SealedStreamHeader::Kind::recipient, .box = box_for(recipient, key)};
  return SealedStreamWriter(std::make_unique<State>(std::move(write), std::move(header), key));
}

SealedStreamWriter SealedStreamWriter::for_passphrase(const base::Secret& passphrase, base::Random& random, Write write,
                                                      const PassphraseCost& cost) {
  SealedStreamHeader header{.kind = SealedStreamHeader::Kind::passphrase,
                            .salt = random.bytes(SealedStreamHeader::kSaltBytes),
                            .passes = cost.passes,
                            .memory_kib = cost.memory_kib};
  const auto key = key_of(passphrase, header);
  return SealedStreamWriter(std::make_unique<State>(std::move(write), std::move(header), key));
}

void SealedStreamWriter::append(std::string_view plain) {
  auto& pending = state_->pending;
  // Never the last full piece: finish() must have one to mark.
  while (pending.size() + plain.size() > kPieceBytes) {
    const auto taken = kPieceBytes - pending.size();
    pending.append(plain.substr(0, taken));
    plain.remove_prefix(taken);
    push(pending, false);
    pending.clear();
  }
  pending.append(plain);
}

void SealedStreamWriter::finish() {
  push(state_->pending, true);
  base::wipe(state_->pending);
}

void SealedStreamWriter::push(std::string_view plain, bool last) {
  const std::string bound = std::exchange(state_->header, {});
  std::string sealed(plain.size() + crypto_secretstream_xchacha20poly1305_ABYTES, '\0');
  const unsigned char tag =
      last ? crypto_secretstream_xchacha20poly1305_TAG_FINAL : crypto_secretstream_xchacha20poly1305_TAG_MESSAGE;
  crypto_secretstream_xchacha20poly1305_push(&state_->stream, out(sealed), nullptr, in(plain), plain.size(), in(bound),
                                             bound.size(), tag);
  state_->write(sealed);
}

struct SealedStreamReader::State {
  Read read;
  crypto_secretstream_xchacha20poly1305_state stream{};
  std::string header;                 // authenticated with the first piece
  std::optional<base::Secret> first;  // read by open()
  bool ended = false;

  ~State() { sodium_memzero(&stream, sizeof stream); }

  base::Result<base::Secret, SealedStreamError> pull();
};

base::Result<base::Secret, SealedStreamError> SealedStreamReader::State::pull() {
  std::string sealed(kSealedBytes, '\0');
  sealed.resize(read(sealed.data(), sealed.size()));
  if (sealed.size() < crypto_secretstream_xchacha20poly1305_ABYTES) return SealedStreamError::damaged;
  const std::string bound = std::exchange(header, {});
  std::string plain(sealed.size() - crypto_secretstream_xchacha20poly1305_ABYTES, '\0');
  unsigned char tag = 0;
  if (crypto_secretstream_xchacha20poly1305_pull(&stream, out(plain), nullptr, &tag, in(sealed), sealed.size(),
                                                 in(bound), bound.size()) != 0) {
    return SealedStreamError::damaged;
  }
  ended = tag == crypto_secretstream_xchacha20poly1305_TAG_FINAL;
  char beyond = 0;
  if (ended ? read(&beyond, 1) != 0 : plain.size() < kPieceBytes) return SealedStreamError::damaged;
  return base::Secret(std::move(plain));
}

SealedStreamReader::SealedStreamReader(std::unique_ptr<State> state) : state_(std::move(state)) {}
SealedStreamReader::SealedStreamReader(SealedStreamReader&&) noexcept = default;
SealedStreamReader& SealedStreamReader::operator=(SealedStreamReader&&) noexcept = default;
SealedStreamReader::~SealedStreamReader() = default;

base::Result<SealedStreamReader, SealedStreamError> SealedStreamReader::open(Read read, const StreamKey& key) {
  std::string bytes(SealedStreamHeader::kFixedBytes, '\0');
  if (read(bytes.data(), bytes.size()) != bytes.size()) return SealedStreamError::not_a_stream;
  const auto length = SealedStreamHeader::length(bytes);
  if (!length) return SealedStreamError::not_a_stream;
  const auto fixed = bytes.size();
  bytes.resize(*length);
  if (read(bytes.data() + fixed, *length - fixed) != *length - fixed) return SealedStreamError::damaged;
  const auto header = SealedStreamHeader::decode(bytes);
  if (!header) return SealedStreamError::not_a_stream;

  const auto* const secret = std::get_if<RecipientSecret>(&key);
  if ((secret != nullptr) != (header->kind == SealedStreamHeader::Kind::recipient))
    return SealedStreamError::other_kind;
  const auto stream_key =
      secret != nullptr ? open_box(*secret, header->box) : std::optional(key_of(std::get<base::Secret>(key), *header));
  if (!stream_key) return SealedStreamError::wrong_key;

  auto state = std::make_unique<State>();
  state->read = std::move(read);
  state->header = std::move(bytes);
  if (crypto_secretstream_xchacha20poly1305_init_pull(&state->stream, in(header->stream), in(stream_key->expose())) !=
      0) {
    return SealedStreamError::wrong_key;
  }
  auto first = state->pull();
  // A sealed box says itself whether the key is right; a passphrase shows with the first piece only.
  if (!first) return secret != nullptr ? first.error() : SealedStreamError::wrong_key;
  state->first = std::move(*first);
  return SealedStreamReader(std::move(state));
}

base::Result<std::optional<base::Secret>, SealedStreamError> SealedStreamReader::next() {
  if (state_->first) return std::exchange(state_->first, std::nullopt);
  if (state_->ended) return std::optional<base::Secret>();
  auto piece = state_->pull();
  if (!piece) return piece.error();
  return std::optional<base::Secret>(std::move(*piece));
}

const char* to_string(SealedStreamError error) {
  switch (error) {
    case SealedStreamError::not_a_stream: return "is no backup of gatehouse, or one that a newer version made";
    case SealedStreamError::other_kind:
      return "was sealed in the other way: --key opens what --recipient sealed, a passphrase the rest";
    case SealedStreamError::wrong_key: return "does not open with this key";
    case SealedStreamError::damaged: return "is damaged: cut off, altered or continued";
  }
  return "unknown";
}

std::optional<bool> asks_for_passphrase(std::string_view first_bytes) {
  if (!SealedStreamHeader::length(first_bytes)) return std::nullopt;
  return first_bytes[SealedStreamHeader::kFixedBytes - 1] == static_cast<char>(SealedStreamHeader::Kind::passphrase);
}

}  // namespace gatehouse::crypto
