#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "platform/base/secret.hpp"
#include "platform/config/value.hpp"

namespace gatehouse::config {

// Says what is wrong with a value and what would be right, without naming the value; nothing when it is fine.
using Complaint = std::optional<std::string>;
using TextCheck = std::function<Complaint(std::string_view)>;

// Which form a text from the environment or a flag is read as before it is assigned. A list is split at commas.
enum class Form { boolean, integer, number, text, list };

// One row of the table: a key, what it accepts, and the member it fills.
struct Setting {
  std::string key{};
  Form form = Form::text;
  std::string type{};      // for people: `duration`, `integer` …
  std::string accepted{};  // for people: `1 to 64`, `one of …`; may be empty
  std::string description{};
  std::string default_text{};       // as TOML
  bool secret = false;              // never shown; also given by `<key>_file`
  bool required = false;            // of a row: must be there
  std::string fallback_variable{};  // an environment variable of another name, weaker than the file
  std::function<Complaint(const Value&)> assign{};
  std::function<std::string()> show{};  // the member's value as TOML
};

class Schema;

// `[[key]]`: a list of tables, each with a schema of its own.
struct Rows {
  std::string key;
  std::string description;
  std::function<void()> clear;
  std::function<Schema()> append;                  // adds a row and returns the schema bound to it
  std::function<Schema()> blank;                   // for documentation
  std::function<std::vector<std::string>()> show;  // each row as a TOML inline table
};

// `[key]` whose members are names the user chooses, each with a list of texts.
struct NamedLists {
  std::string key;
  std::string description;
  std::function<void()> clear;
  std::function<Complaint(const std::string& name, const std::vector<std::string>& items)> add;
  std::function<std::string()> show;  // as a TOML inline table
  std::string default_text;
};

template <class T>
concept ParsedText = requires(const T value, std::string_view text) {
  { T::parse(text) } -> std::same_as<std::optional<T>>;
  { value.to_string() } -> std::convertible_to<std::string>;
};

// The table of settings, bound to the members of a structure that must outlive it. A member's value at the moment it is
// added is the setting's default. Keys are unique. Not thread-safe.
class Schema {
 public:
  Setting& boolean(std::string key, bool& member, std::string description);

  // Inclusive range; it must fit T.
  template <std::integral T>
  Setting& integer(std::string key, T& member, std::int64_t least, std::int64_t most, std::string description) {
    return add_integer(
        std::move(key), [&member](std::int64_t v) { member = static_cast<T>(v); },
        [&member] { return static_cast<std::int64_t>(member); }, least, most, std::move(description));
  }
  Setting& number(std::string key, double& member, double least, double most, std::string description);

  // Written `15m`; must be a whole number of the member's unit, within the inclusive range.
  template <class Rep, class Period>
  Setting& duration(std::string key, std::chrono::duration<Rep, Period>& member, std::chrono::milliseconds least,
                    std::chrono::milliseconds most, std::string description) {
    using Unit = std::chrono::duration<Rep, Period>;
    return add_duration(
        std::move(key), [&member](std::chrono::milliseconds v) { member = std::chrono::duration_cast<Unit>(v); },
        [&member]() -> std::optional<std::chrono::milliseconds> { return member; }, Unit(1), {least, most},
        std::move(description));
  }
  // Absent unless given.
  Setting& optional_duration(std::string key, std::optional<std::chrono::seconds>& member,
                             std::chrono::milliseconds least, std::chrono::milliseconds most, std::string description);

  // Bytes, written `16KiB`.
  Setting& size(std::string key, std::uint64_t& member, std::uint64_t least, std::uint64_t most,
                std::string description);

  Setting& text(std::string key, std::string& member, std::string accepted, TextCheck check, std::string description);
  Setting& path(std::string key, std::filesystem::path& member, std::string description);
  // Each item passes the check.
  Setting& list(std::string key, std::vector<std::string>& member, std::string accepted, TextCheck check,
                std::string description);
  Setting& secret(std::string key, base::Secret& member, std::string description);

  // `names[i]` stands for `values[i]`.
  template <class E>
  Setting& choice(std::string key, E& member, std::vector<std::pair<std::string, E>> choices, std::string description) {
    std::vector<std::string> names;
    for (const auto& [name, value] : choices) names.push_back(name);
    auto all = std::make_shared<const std::vector<std::pair<std::string, E>>>(std::move(choices));
    return add_choice(
        std::move(key), std::move(names), [&member, all](std::size_t i) { member = (*all)[i].second; },
        [&member, all] {
          std::size_t i = 0;
          while (i + 1 < all->size() && (*all)[i].second != member) ++i;
          return i;
        },
        std::move(description));
  }

  // A type that reads and writes itself.
  template <ParsedText T>
  Setting& parsed(std::string key, T& member, std::string accepted, std::string description) {
    return add_text(
        std::move(key),
        [&member, accepted](std::string_view text) -> Complaint {
          auto value = T::parse(text);
          if (!value) return "must be " + accepted;
          member = *value;
          return std::nullopt;
        },
        [&member] { return member.to_string(); }, accepted, std::move(description));
  }
  // A list of such, with the functions that do it.
  template <class T, class Parse, class Print>
  Setting& parsed_list(std::string key, std::vector<T>& member, Parse parse, Print print, std::string accepted,
                       std::string description) {
    return add_list(
        std::move(key),
        [&member, parse, accepted](const std::vector<std::string>& items) -> Complaint {
          std::vector<T> values;
          for (const auto& item : items) {
            auto value = parse(item);
            if (!value) return "each item must be " + accepted;
            values.push_back(std::move(*value));
          }
          member = std::move(values);
          return std::nullopt;
        },
        [&member, print] {
          std::vector<std::string> items;
          for (const auto& value : member) items.push_back(print(value));
          return items;
        },
        accepted, std::move(description));
  }

  // `bind(row)` returns the schema of one row; its keys are the members of the table.
  template <class Row, class Bind>
  void rows(std::string key, std::vector<Row>& member, Bind bind, std::string description) {
    Rows table{std::move(key),
               std::move(description),
               [&member] { member.clear(); },
               [&member, bind] { return bind(member.emplace_back()); },
               [bind, sample = std::make_shared<Row>()] {
                 *sample = Row{};
                 return bind(*sample);
               },
               [&member, bind] {
                 std::vector<std::string> shown;
                 for (auto& row : member) {
                   Row blank{};
                   shown.push_back(inline_table(bind(row), bind(blank)));
                 }
                 return shown;
               }};
    rows_.push_back(std::move(table));
  }
  void named_lists(NamedLists table) { named_lists_.push_back(std::move(table)); }

  [[nodiscard]] const std::vector<Setting>& settings() const& noexcept { return settings_; }
  const std::vector<Setting>& settings() const&& = delete;  // would not outlive the statement
  [[nodiscard]] const std::vector<Rows>& row_tables() const noexcept { return rows_; }
  [[nodiscard]] const std::vector<NamedLists>& list_tables() const noexcept { return named_lists_; }

  [[nodiscard]] const Setting* find(std::string_view key) const;

 private:
  using Milliseconds = std::chrono::milliseconds;
  Setting& add(Setting setting);
  Setting& add_integer(std::string key, std::function<void(std::int64_t)> set, std::function<std::int64_t()> get,
                       std::int64_t least, std::int64_t most, std::string description);
  Setting& add_duration(std::string key, std::function<void(Milliseconds)> set,
                        std::function<std::optional<Milliseconds>()> get, Milliseconds unit,
                        std::pair<Milliseconds, Milliseconds> range, std::string description);
  Setting& add_choice(std::string key, std::vector<std::string> names, std::function<void(std::size_t)> set,
                      std::function<std::size_t()> get, std::string description);
  Setting& add_text(std::string key, TextCheck set, std::function<std::string()> get, std::string accepted,
                    std::string description);
  Setting& add_list(std::string key, std::function<Complaint(const std::vector<std::string>&)> set,
                    std::function<std::vector<std::string>()> get, std::string accepted, std::string description);
  // What differs between a row and a blank one.
  static std::string inline_table(const Schema& row, const Schema& blank);

  std::vector<Setting> settings_;
  std::vector<Rows> rows_;
  std::vector<NamedLists> named_lists_;
};

// `["a", "b"]`.
[[nodiscard]] std::string list_text(const std::vector<std::string>& items);

}  // namespace gatehouse::config
