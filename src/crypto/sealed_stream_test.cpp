#include "crypto/sealed_stream.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "crypto/sealed_stream_header.hpp"
#include "platform/base/random.hpp"

namespace gatehouse::crypto {
namespace {

using Error = SealedStreamError;
constexpr PassphraseCost kCheap{.passes = 1, .memory_kib = 8};
constexpr std::size_t kPiece = 64 * 1024;
constexpr std::size_t kRecipientHeader = 10 + 80 + 24;
constexpr std::size_t kSealedPiece = kPiece + 17;

class SealedStream : public ::testing::Test {
 protected:
  std::string seal(std::string_view plain) {
    std::string file;
    auto writer = SealedStreamWriter::for_recipient(secret_.public_half(), random_,
                                                    [&](std::string_view bytes) { file += bytes; });
    // In uneven parts, so that pieces are filled across them.
    for (std::size_t at = 0; at < plain.size(); at += 5'003) writer.append(plain.substr(at, 5'003));
    writer.finish();
    return file;
  }

  static base::Result<std::string, Error> open(std::string_view file, const StreamKey& key) {
    auto reader = SealedStreamReader::open(
        [&file](char* out, std::size_t size) {
          const auto taken = std::min(size, file.size());
          std::memcpy(out, file.data(), taken);
          file.remove_prefix(taken);
          return taken;
        },
        key);
    if (!reader) return reader.error();
    std::string plain;
    for (;;) {
      const auto piece = reader->next();
      if (!piece) return piece.error();
      if (!*piece) return plain;
      plain += (*piece)->expose();
    }
  }
  base::Result<std::string, Error> open(std::string_view file) {
    return open(file, StreamKey(*RecipientSecret::from_text(secret_.text().expose())));
  }

  base::SystemRandom random_;
  const RecipientSecret secret_ = RecipientSecret::generate();
};

TEST_F(SealedStream, opens_what_it_sealed_whatever_the_length) {
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, kPiece - 1, kPiece, kPiece + 1, 3 * kPiece}) {
    const std::string plain(size, 'p');
    const auto file = seal(plain);
    EXPECT_EQ(file.find("pppp"), std::string::npos);
    const auto opened = open(file);
    ASSERT_TRUE(opened) << size;
    EXPECT_EQ(*opened, plain) << size;
  }
}

TEST_F(SealedStream, refuses_a_file_in_which_a_byte_was_altered) {
  const auto file = seal("what is kept");
  for (std::size_t i = 0; i < file.size(); ++i) {
    auto altered = file;
    altered[i] = static_cast<char>(altered[i] ^ 1);
    EXPECT_FALSE(open(altered)) << i;
  }
}

TEST_F(SealedStream, refuses_a_file_that_was_cut_off_anywhere) {
  const auto file = seal("what is kept");
  for (std::size_t i = 0; i < file.size(); ++i) EXPECT_FALSE(open(file.substr(0, i))) << i;
  const auto longer = seal(std::string(3 * kPiece, 'p'));
  for (std::size_t pieces = 0; pieces < 3; ++pieces) {
    EXPECT_EQ(open(longer.substr(0, kRecipientHeader + pieces * kSealedPiece)).error(), Error::damaged) << pieces;
  }
}

TEST_F(SealedStream, refuses_a_file_that_goes_on_behind_its_end) {
  const auto file = seal("what is kept");
  EXPECT_EQ(open(file + '\0').error(), Error::damaged);
  EXPECT_EQ(open(file + file).error(), Error::damaged);
}

TEST_F(SealedStream, refuses_pieces_that_changed_places_or_came_from_another_file) {
  const std::string plain(3 * kPiece, 'p');
  const auto file = seal(plain);
  const auto other = seal(plain);
  auto swapped = file;
  std::swap_ranges(swapped.begin() + kRecipientHeader, swapped.begin() + kRecipientHeader + kSealedPiece,
                   swapped.begin() + kRecipientHeader + kSealedPiece);
  EXPECT_EQ(open(swapped).error(), Error::damaged);
  auto mixed = file;
  mixed.replace(kRecipientHeader + kSealedPiece, kSealedPiece, other, kRecipientHeader + kSealedPiece, kSealedPiece);
  EXPECT_EQ(open(mixed).error(), Error::damaged);
}

TEST_F(SealedStream, refuses_another_key_and_says_which_it_lacks) {
  const auto file = seal("what is kept");
  EXPECT_EQ(open(file, StreamKey(RecipientSecret::generate())).error(), Error::wrong_key);
  EXPECT_EQ(open(file, StreamKey(base::Secret(std::string_view("a passphrase")))).error(), Error::other_kind);
  EXPECT_EQ(open("GHBACKUP of something else", StreamKey(RecipientSecret::generate())).error(), Error::not_a_stream);
  EXPECT_EQ(asks_for_passphrase(file), false);
}

TEST_F(SealedStream, a_passphrase_opens_what_it_sealed_and_nothing_else) {
  std::string file;
  const base::Secret passphrase(std::string_view("correct horse battery staple"));
  auto writer = SealedStreamWriter::for_passphrase(
      passphrase, random_, [&](std::string_view bytes) { file += bytes; }, kCheap);
  writer.append("what is kept");
  writer.finish();
  EXPECT_EQ(asks_for_passphrase(file), true);
  EXPECT_EQ(*open(file, StreamKey(passphrase.clone())), "what is kept");
  EXPECT_EQ(open(file, StreamKey(base::Secret(std::string_view("correct horse")))).error(), Error::wrong_key);
  EXPECT_EQ(open(file).error(), Error::other_kind);
}

TEST_F(SealedStream, refuses_a_header_that_asks_for_more_memory_or_time_than_we_ever_do) {
  SealedStreamHeader header{.kind = SealedStreamHeader::Kind::passphrase,
                            .salt = std::string(16, 's'),
                            .passes = 3,
                            .memory_kib = 1024,
                            .stream = std::string(24, 'h')};
  ASSERT_TRUE(SealedStreamHeader::decode(header.encode()));
  header.memory_kib = 0xffff'ffff;
  EXPECT_FALSE(SealedStreamHeader::decode(header.encode()));
  header.memory_kib = 1024;
  header.passes = 1'000'000;
  EXPECT_FALSE(SealedStreamHeader::decode(header.encode()));
}

TEST_F(SealedStream, keys_have_one_spelling_each) {
  const auto text = secret_.public_half().text();
  EXPECT_EQ(RecipientKey::from_text(text), secret_.public_half());
  const std::vector<std::string> others{"", text + "A", text.substr(1), std::string(secret_.text().expose()),
                                        text + "\n"};
  for (const auto& other : others) EXPECT_FALSE(RecipientKey::from_text(other)) << other;
  EXPECT_FALSE(RecipientSecret::from_text(text));
}

}  // namespace
}  // namespace gatehouse::crypto
