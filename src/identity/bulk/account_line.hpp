#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "platform/base/clock.hpp"
#include "platform/base/result.hpp"

namespace gatehouse::identity {

// What a line of an import says about one account, before anything of it is believed.
struct AccountLine {
  std::string username;
  std::string email;
  std::string display_name{};
  std::string language{};
  std::optional<std::string> password_hash{};
  std::optional<std::string> state{};
  std::optional<std::vector<std::string>> roles{};
  std::optional<base::TimePoint> created_at{};
};

// Why a line is refused. For the report: names the field and the rule, holds nothing of the line.
struct LineProblem {
  LineProblem() = default;
  LineProblem(std::string its_field, std::string its_reason)
      : field(std::move(its_field)), reason(std::move(its_reason)) {}
  std::string field;  // may be empty: the line as a whole
  std::string reason;
};

using ParsedLine = base::Result<AccountLine, LineProblem>;

enum class BulkFormat : std::uint8_t { ndjson, csv };

inline constexpr std::size_t kMaxLineBytes = 64 * 1024;

// An object with the members username, email, display_name, language, password_hash, state, roles (an array of names)
// and created_at (RFC 3339 in UTC, or a number of milliseconds since 1970). All but the first two may be missing or
// null; any other member is refused, since a misspelt one would be lost without a word. Strict JSON, see parse_json.
[[nodiscard]] ParsedLine parse_json_line(std::string_view line);

// RFC 4180, but that a record is one line: no field holds a line break, quoted or not. The same columns in any order;
// roles are separated by spaces; an empty field is a missing one. Immutable: thread-safe.
class CsvColumns {
 public:
  // From the first line of the file. The text is why not: it names the column.
  [[nodiscard]] static base::Result<CsvColumns, LineProblem> from_header(std::string_view line);
  [[nodiscard]] ParsedLine parse(std::string_view line) const;

 private:
  std::vector<std::string> names_;  // every one of those above, each once
};

// The members above, password_hash only where it is given, as one line with its line feed.
[[nodiscard]] std::string to_json_line(const AccountLine& account);

}  // namespace gatehouse::identity
