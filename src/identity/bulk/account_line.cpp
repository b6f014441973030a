#include "identity/bulk/account_line.hpp"

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <charconv>
#include <utility>

#include "platform/base/json.hpp"
#include "platform/base/words.hpp"
#include "platform/telemetry/json_line.hpp"

namespace gatehouse::identity {
namespace {

namespace json = boost::json;

constexpr std::array<std::string_view, 8> kFields{"username",      "email", "display_name", "language",
                                                  "password_hash", "state", "roles",        "created_at"};
constexpr std::size_t kMaxRoles = 64;
constexpr base::JsonLimits kJsonLimits{.depth = 2, .members = kFields.size() + kMaxRoles};
constexpr const char* kTimeForm = "must be a time like 2026-01-31T23:59:59Z, or milliseconds since 1970";

bool is_field(std::string_view name) { return std::find(kFields.begin(), kFields.end(), name) != kFields.end(); }

// All digits, so many of them; -1 otherwise.
int digits(std::string_view text, std::size_t at, std::size_t count) {
  int value = -1;
  if (at + count > text.size() || text[at] < '0' || text[at] > '9') return -1;
  const auto [end, error] = std::from_chars(text.data() + at, text.data() + at + count, value);
  return error == std::errc() && end == text.data() + at + count ? value : -1;
}

// RFC 3339 in UTC, with up to three digits of a second's fraction.
std::optional<base::TimePoint> parse_time(std::string_view text) {
  using namespace std::chrono;
  constexpr std::string_view kForm = "0000-00-00T00:00:00";
  if (text.size() < kForm.size() + 1 || text.back() != 'Z') return std::nullopt;
  for (std::size_t i = 0; i < kForm.size(); ++i) {
    if (kForm[i] != '0' && text[i] != kForm[i]) return std::nullopt;
  }
  const year_month_day day{year(digits(text, 0, 4)), month(static_cast<unsigned>(digits(text, 5, 2))),
                           std::chrono::day(static_cast<unsigned>(digits(text, 8, 2)))};
  const int hour = digits(text, 11, 2), minute = digits(text, 14, 2), second = digits(text, 17, 2);
  if (!day.ok() || day.year() < year(1970) || hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 ||
      second > 59) {
    return std::nullopt;
  }
  int fraction = 0;
  if (auto rest = text.substr(kForm.size(), text.size() - kForm.size() - 1); !rest.empty()) {
    if (rest.front() != '.' || rest.size() > 4) return std::nullopt;
    fraction = digits(rest, 1, rest.size() - 1);
    if (fraction < 0) return std::nullopt;
    for (auto missing = 4 - rest.size(); missing > 0; --missing) fraction *= 10;
  }
  return base::TimePoint(sys_days(day) + hours(hour) + minutes(minute) + seconds(second) + milliseconds(fraction));
}

std::optional<base::TimePoint> parse_time_or_number(std::string_view text) {
  std::int64_t ms = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), ms);
  if (error == std::errc() && end == text.data() + text.size()) {
    return ms < 0 ? std::nullopt : std::optional(base::from_unix_ms(ms));
  }
  return parse_time(text);
}

// One field of either format. False: its form is wrong. REQUIRES: is_field(name).
bool set_text(AccountLine& account, std::string_view name, std::string_view text) {
  if (name == "username") account.username = text;
  if (name == "email") account.email = text;
  if (name == "display_name") account.display_name = text;
  if (name == "language") account.language = text;
  if (name == "password_hash") account.password_hash = text;
  if (name == "state") account.state = text;
  if (name == "created_at") return (account.created_at = parse_time_or_number(text)).has_value();
  return true;
}

std::optional<LineProblem> set_member(AccountLine& account, std::string_view name, const json::value& value) {
  if (!is_field(name)) return LineProblem{"", "holds a member that is none of an account's"};
  if (value.is_null()) return std::nullopt;
  if (name == "roles") {
    if (!value.is_array()) return LineProblem{"roles", "must be an array of names"};
    auto& roles = account.roles.emplace();
    for (const auto& role : value.get_array()) {
      if (!role.is_string()) return LineProblem{"roles", "must be an array of names"};
      roles.emplace_back(role.get_string());
    }
    return std::nullopt;
  }
  if (name == "created_at" && value.is_int64() && value.get_int64() >= 0) {
    account.created_at = base::from_unix_ms(value.get_int64());
    return std::nullopt;
  }
  if (!value.is_string()) return LineProblem{std::string(name), name == "created_at" ? kTimeForm : "must be a text"};
  if (!set_text(account, name, value.get_string())) return LineProblem{std::string(name), kTimeForm};
  return std::nullopt;
}

// One field of a record; `rest` begins behind it and its comma. Nothing: broken quotes.
std::optional<std::string> take_csv_field(std::string_view& rest, bool& last) {
  std::string field;
  if (!rest.starts_with('"')) {
    const auto end = std::min(rest.find(','), rest.size());
    field = rest.substr(0, end);
    if (field.find('"') != std::string::npos) return std::nullopt;
    rest.remove_prefix(end);
  } else {
    for (;;) {
      rest.remove_prefix(1);
      const auto quote = rest.find('"');
      if (quote == std::string_view::npos) return std::nullopt;
      field += rest.substr(0, quote);
      rest.remove_prefix(quote + 1);
      if (!rest.starts_with('"')) break;
      field += '"';
    }
    if (!rest.empty() && rest.front() != ',') return std::nullopt;
  }
  last = rest.empty();
  if (!last) rest.remove_prefix(1);
  return field;
}

std::optional<std::vector<std::string>> split_csv(std::string_view line) {
  std::vector<std::string> fields;
  for (bool last = false; !last;) {
    auto field = take_csv_field(line, last);
    if (!field) return std::nullopt;
    fields.push_back(std::move(*field));
  }
  return fields;
}

}  // namespace

ParsedLine parse_json_line(std::string_view line) {
  const auto parsed = base::parse_json(line, kJsonLimits);
  if (!parsed) return LineProblem{"", base::to_string(parsed.error())};
  if (!parsed->is_object()) return LineProblem{"", "must be a JSON object"};
  AccountLine account;
  for (const auto& [name, value] : parsed->get_object()) {
    if (auto problem = set_member(account, name, value)) return std::move(*problem);
  }
  return account;
}

base::Result<CsvColumns, LineProblem> CsvColumns::from_header(std::string_view line) {
  auto names = split_csv(line);
  if (!names) return LineProblem{"", "the first line must name the columns"};
  for (auto name = names->begin(); name != names->end(); ++name) {
    if (!is_field(*name)) return LineProblem{"", "the first line names a column that is none of an account's"};
    if (std::find(names->begin(), name, *name) != name) return LineProblem{*name, "the column is there twice"};
  }
  CsvColumns columns;
  columns.names_ = std::move(*names);
  return columns;
}

ParsedLine CsvColumns::parse(std::string_view line) const {
  const auto fields = split_csv(line);
  if (!fields) return LineProblem{"", "a quote is missing or in the wrong place"};
  if (fields->size() != names_.size()) return LineProblem{"", "must have as many fields as the first line names"};
  AccountLine account;
  for (std::size_t i = 0; i < names_.size(); ++i) {
    const std::string& text = (*fields)[i];
    if (text.empty()) continue;
    if (names_[i] == "roles") {
      account.roles = base::split_words(text);
    } else if (!set_text(account, names_[i], text)) {
      return LineProblem{names_[i], kTimeForm};
    }
  }
  return account;
}

std::string to_json_line(const AccountLine& account) {
  json::object line{{"username", account.username},
                    {"email", account.email},
                    {"display_name", account.display_name},
                    {"state", account.state.value_or("active")}};
  if (!account.language.empty()) line.emplace("language", account.language);
  json::array roles;
  for (const auto& role : account.roles.value_or(std::vector<std::string>())) roles.emplace_back(role);
  line.emplace("roles", std::move(roles));
  if (account.created_at) line.emplace("created_at", telemetry::to_rfc3339(*account.created_at));
  if (account.password_hash) line.emplace("password_hash", *account.password_hash);
  return json::serialize(line) + "\n";
}

}  // namespace gatehouse::identity
