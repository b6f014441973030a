#pragma once

#include <cstddef>
#include <filesystem>
#include <set>
#include <string>

#include "platform/base/clock.hpp"
#include "platform/base/random.hpp"
#include "platform/mail/mailer.hpp"

namespace gatehouse::mail {

// Where no server is configured: each letter becomes a file `<milliseconds>.<tag>.<id>.eml` (0600) in a folder (0700),
// which mail programs open. At most `most` of them: the oldest go first. REQUIRES: clock and random outlive it.
class FolderMailer final : public Mailer {
 public:
  FolderMailer(std::filesystem::path folder, std::size_t most, const base::Clock& clock, base::Random& random);

  // accepted, malformed, or unreachable (a full disk).
  [[nodiscard]] Delivery send(const Message& message) override;

 private:
  void remove_oldest() const;

  const std::filesystem::path folder_;
  const std::size_t most_;
  const base::Clock& clock_;
  base::Random& random_;
};

// Of the letters in it, also of those that were never written to their end.
[[nodiscard]] std::set<std::string> tags_of_letters(const std::filesystem::path& folder);

// Removes the letters with these tags: what erasing an account asks for. Returns how many.
std::size_t remove_letters(const std::filesystem::path& folder, const std::set<std::string>& tags);

// Removes those written before that, or begun and never finished. Returns how many.
std::size_t remove_letters_before(const std::filesystem::path& folder, base::TimePoint before);

}  // namespace gatehouse::mail
