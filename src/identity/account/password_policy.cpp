#include "identity/account/password_policy.hpp"

#include <zxcvbn.h>

#include <algorithm>
#include <memory>

#include "platform/text/normalise.hpp"

namespace gatehouse::identity {
namespace {

std::size_t count_characters(std::string_view utf8) {
  return static_cast<std::size_t>(
      std::count_if(utf8.begin(), utf8.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

// The words as people put them into passwords: whole, and the parts between punctuation (`alice.smith@example.org`).
void add_words(std::string_view text, std::vector<std::string>& words) {
  constexpr std::size_t kShortestWord = 3;
  constexpr std::string_view kSeparators = " .@_-+";
  if (text.size() >= kShortestWord) words.emplace_back(text);
  while (!text.empty()) {
    const auto end = std::min(text.find_first_of(kSeparators), text.size());
    if (end >= kShortestWord) words.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

double estimate_bits(const base::Secret& password, const std::vector<std::string>& words) {
  std::vector<const char*> dictionary;
  for (const auto& word : words) dictionary.push_back(word.c_str());
  dictionary.push_back(nullptr);
  std::string terminated(password.expose());  // zxcvbn reads to the NUL
  const double bits = ZxcvbnMatch(terminated.c_str(), dictionary.data(), nullptr);
  base::wipe(terminated);
  return bits;
}

}  // namespace

base::Result<base::Secret, PasswordError> prepare_password(const base::Secret& typed) {
  if (typed.size() > kMaxPasswordBytes) return PasswordError::too_many_bytes;
  if (typed.expose().find('\0') != std::string_view::npos) return PasswordError::contains_nul;
  auto nfc = text::to_nfc(typed.expose());
  if (!nfc) return PasswordError::not_text;
  return base::Secret(std::move(*nfc));
}

base::Result<void, PasswordError> PasswordPolicy::check_length(const base::Secret& prepared) const {
  const std::size_t characters = count_characters(prepared.expose());
  if (characters < rules_.min_characters) return PasswordError::too_short;
  if (characters > rules_.max_characters) return PasswordError::too_long;
  return {};
}

base::Result<void, PasswordError> PasswordPolicy::check(const base::Secret& prepared,
                                                        const std::vector<std::string>& own_words) const {
  if (auto length = check_length(prepared); !length) return length;
  if (is_breached(prepared)) return PasswordError::breached;
  if (estimate_bits(prepared, {}) < kMinPasswordBits) return PasswordError::guessable;
  std::vector<std::string> words;
  for (const auto& text : rules_.service_names) add_words(text, words);
  for (const auto& text : own_words) add_words(text, words);
  if (estimate_bits(prepared, words) < kMinPasswordBits) return PasswordError::contains_name;
  return {};
}

bool PasswordPolicy::is_breached(const base::Secret& prepared) const {
  return PasswordFilter::shipped().contains(prepared) || (more_ && more_->contains(prepared));
}

FieldProblem PasswordPolicy::problem(PasswordError error, std::string field) const {
  const auto bounded = [&](Mistake mistake, const char* bound, std::size_t limit, const char* unit) -> FieldProblem {
    return {std::move(field), std::string(bound) + std::to_string(limit) + unit, mistake, limit};
  };
  const auto said = [&](Mistake mistake, const char* message) -> FieldProblem {
    return {std::move(field), message, mistake};
  };
  switch (error) {
    case PasswordError::too_many_bytes:
      return bounded(Mistake::too_many_bytes, "must be at most ", kMaxPasswordBytes, " bytes");
    case PasswordError::contains_nul: return said(Mistake::contains_nul, "must not contain the character U+0000");
    case PasswordError::not_text: return said(Mistake::not_text, "must be valid Unicode text");
    case PasswordError::too_short:
      return bounded(Mistake::too_short, "must be at least ", rules_.min_characters, " characters");
    case PasswordError::too_long:
      return bounded(Mistake::too_long, "must be at most ", rules_.max_characters, " characters");
    case PasswordError::breached:
      return said(Mistake::breached, "is known from data breaches, and among the first that are tried");
    case PasswordError::guessable:
      return said(Mistake::guessable, "is too easy to guess; several unrelated words work well");
    case PasswordError::contains_name:
      return said(Mistake::contains_name,
                  "is too close to the username, the e-mail address or the name of this service");
  }
  return said(Mistake::invalid, "is not acceptable");
}

}  // namespace gatehouse::identity
