#include "platform/config/schema.hpp"

#include <algorithm>
#include <cstdlib>

#include "platform/config/text.hpp"
#include "platform/config/units.hpp"

namespace gatehouse::config {
namespace {

std::string wrong_type(const Value& value, const std::string& wanted) {
  return "must be " + wanted + ", not " + value.type_name();
}

const std::string* text_of(const Value& value) { return std::get_if<std::string>(&value.data); }

std::string joined(const std::vector<std::string>& items, const char* separator) {
  std::string out;
  for (const auto& item : items) out += (out.empty() ? "" : separator) + item;
  return out;
}

Complaint items_of(const Value& value, std::vector<std::string>& out) {
  const auto* list = std::get_if<List>(&value.data);
  if (list == nullptr) return wrong_type(value, "a list of strings such as [\"a\", \"b\"]");
  for (const auto& item : *list) {
    const auto* text = text_of(item);
    if (text == nullptr) return "each item " + wrong_type(item, "a string");
    out.push_back(*text);
  }
  return std::nullopt;
}

}  // namespace

std::string list_text(const std::vector<std::string>& items) {
  std::vector<std::string> literals;
  for (const auto& item : items) literals.push_back(toml_string(item));
  return "[" + joined(literals, ", ") + "]";
}

Setting& Schema::add(Setting setting) {
  if (find(setting.key) != nullptr) std::abort();
  setting.default_text = setting.show();
  return settings_.emplace_back(std::move(setting));
}

const Setting* Schema::find(std::string_view key) const {
  const auto found = std::find_if(settings_.begin(), settings_.end(), [&](const Setting& s) { return s.key == key; });
  return found == settings_.end() ? nullptr : &*found;
}

Setting& Schema::boolean(std::string key, bool& member, std::string description) {
  return add({.key = std::move(key),
              .form = Form::boolean,
              .type = "boolean",
              .description = std::move(description),
              .assign = [&member](const Value& value) -> Complaint {
                const auto* given = std::get_if<bool>(&value.data);
                if (given == nullptr) return wrong_type(value, "true or false");
                member = *given;
                return std::nullopt;
              },
              .show = [&member] { return std::string(member ? "true" : "false"); }});
}

Setting& Schema::add_integer(std::string key, std::function<void(std::int64_t)> set, std::function<std::int64_t()> get,
                             std::int64_t least, std::int64_t most, std::string description) {
  const std::string accepted = std::to_string(least) + " to " + std::to_string(most);
  return add({.key = std::move(key),
              .form = Form::integer,
              .type = "integer",
              .accepted = accepted,
              .description = std::move(description),
              .assign = [set = std::move(set), least, most, accepted](const Value& value) -> Complaint {
                const auto* given = std::get_if<std::int64_t>(&value.data);
                if (given == nullptr) return wrong_type(value, "a whole number, " + accepted);
                if (*given < least || *given > most) return "out of range: must be " + accepted;
                set(*given);
                return std::nullopt;
              },
              .show = [get = std::move(get)] { return std::to_string(get()); }});
}

Setting& Schema::number(std::string key, double& member, double least, double most, std::string description) {
  const std::string accepted = format_number(least) + " to " + format_number(most);
  return add({.key = std::move(key),
              .form = Form::number,
              .type = "number",
              .accepted = accepted,
              .description = std::move(description),
              .assign = [&member, least, most, accepted](const Value& value) -> Complaint {
                double given = 0;
                if (const auto* whole = std::get_if<std::int64_t>(&value.data)) {
                  given = static_cast<double>(*whole);
                } else if (const auto* number = std::get_if<double>(&value.data)) {
                  given = *number;
                } else {
                  return wrong_type(value, "a number, " + accepted);
                }
                // Written so that NaN, which TOML allows, is out of range too.
                if (!(given >= least && given <= most)) return "out of range: must be " + accepted;
                member = given;
                return std::nullopt;
              },
              .show = [&member] { return format_number(member); }});
}

Setting& Schema::add_duration(std::string key, std::function<void(Milliseconds)> set,
                              std::function<std::optional<Milliseconds>()> get, Milliseconds unit,
                              std::pair<Milliseconds, Milliseconds> range, std::string description) {
  const std::string accepted = format_duration(range.first) + " to " + format_duration(range.second);
  return add({.key = std::move(key),
              .type = "duration",
              .accepted = accepted,
              .description = std::move(description),
              .assign = [set = std::move(set), unit, range, accepted](const Value& value) -> Complaint {
                const auto* text = text_of(value);
                if (text == nullptr) return wrong_type(value, "a duration in quotes such as \"15m\", " + accepted);
                const auto given = parse_duration(*text);
                if (!given) return "must be a duration such as \"250ms\", \"10s\", \"15m\", \"12h\" or \"30d\"";
                if (*given < range.first || *given > range.second) return "out of range: must be " + accepted;
                if (given->count() % unit.count() != 0) return "must be a multiple of " + format_duration(unit);
                set(*given);
                return std::nullopt;
              },
              .show =
                  [get = std::move(get)] {
                    const auto value = get();
                    return toml_string(value ? format_duration(*value) : "");
                  }});
}

Setting& Schema::optional_duration(std::string key, std::optional<std::chrono::seconds>& member, Milliseconds least,
                                   Milliseconds most, std::string description) {
  return add_duration(
      std::move(key), [&member](Milliseconds v) { member = std::chrono::duration_cast<std::chrono::seconds>(v); },
      [&member]() -> std::optional<Milliseconds> { return member; }, std::chrono::seconds(1), {least, most},
      std::move(description));
}

Setting& Schema::size(std::string key, std::uint64_t& member, std::uint64_t least, std::uint64_t most,
                      std::string description) {
  const std::string accepted = format_size(least) + " to " + format_size(most);
  return add({.key = std::move(key),
              .type = "size",
              .accepted = accepted,
              .description = std::move(description),
              .assign = [&member, least, most, accepted](const Value& value) -> Complaint {
                const auto* text = text_of(value);
                if (text == nullptr) return wrong_type(value, "a size in quotes such as \"16KiB\", " + accepted);
                const auto given = parse_size(*text);
                if (!given) return "must be a size such as \"16KiB\", \"4MiB\" or \"1GiB\"";
                if (*given < least || *given > most) return "out of range: must be " + accepted;
                member = *given;
                return std::nullopt;
              },
              .show = [&member] { return toml_string(format_size(member)); }});
}

Setting& Schema::add_text(std::string key, TextCheck set, std::function<std::string()> get, std::string accepted,
                          std::string description) {
  return add({.key = std::move(key),
              .type = "string",
              .accepted = std::move(accepted),
              .description = std::move(description),
              .assign = [set = std::move(set)](const Value& value) -> Complaint {
                const auto* text = text_of(value);
                if (text == nullptr) return wrong_type(value, "a string");
                return set(*text);
              },
              .show = [get = std::move(get)] { return toml_string(get()); }});
}

Setting& Schema::text(std::string key, std::string& member, std::string accepted, TextCheck check,
                      std::string description) {
  return add_text(
      std::move(key),
      [&member, check = std::move(check)](std::string_view text) -> Complaint {
        if (auto complaint = check(text)) return complaint;
        member = text;
        return std::nullopt;
      },
      [&member] { return member; }, std::move(accepted), std::move(description));
}

Setting& Schema::path(std::string key, std::filesystem::path& member, std::string description) {
  auto& setting = add_text(
      std::move(key),
      [&member](std::string_view text) -> Complaint {
        if (text.find('\0') != std::string_view::npos) return "must be a path";
        member = text;
        return std::nullopt;
      },
      [&member] { return member.string(); }, "", std::move(description));
  setting.type = "path";
  return setting;
}

Setting& Schema::add_choice(std::string key, std::vector<std::string> names, std::function<void(std::size_t)> set,
                            std::function<std::size_t()> get, std::string description) {
  const std::string accepted = "one of " + joined(names, ", ");
  auto all = std::make_shared<const std::vector<std::string>>(std::move(names));
  auto& setting = add_text(
      std::move(key),
      [all, set = std::move(set), accepted](std::string_view text) -> Complaint {
        const auto found = std::find(all->begin(), all->end(), text);
        if (found == all->end()) return "must be " + accepted;
        set(static_cast<std::size_t>(found - all->begin()));
        return std::nullopt;
      },
      [all, get = std::move(get)] { return (*all)[get()]; }, accepted, std::move(description));
  setting.type = "choice";
  return setting;
}

Setting& Schema::add_list(std::string key, std::function<Complaint(const std::vector<std::string>&)> set,
                          std::function<std::vector<std::string>()> get, std::string accepted,
                          std::string description) {
  return add({.key = std::move(key),
              .form = Form::list,
              .type = "list of strings",
              .accepted = std::move(accepted),
              .description = std::move(description),
              .assign = [set = std::move(set)](const Value& value) -> Complaint {
                std::vector<std::string> items;
                if (auto complaint = items_of(value, items)) return complaint;
                return set(items);
              },
              .show = [get = std::move(get)] { return list_text(get()); }});
}

Setting& Schema::list(std::string key, std::vector<std::string>& member, std::string accepted, TextCheck check,
                      std::string description) {
  return add_list(
      std::move(key),
      [&member, check = std::move(check)](const std::vector<std::string>& items) -> Complaint {
        for (const auto& item : items) {
          if (auto complaint = check(item)) return complaint;
        }
        member = items;
        return std::nullopt;
      },
      [&member] { return member; }, std::move(accepted), std::move(description));
}

Setting& Schema::secret(std::string key, base::Secret& member, std::string description) {
  auto& setting = add({.key = std::move(key),
                       .type = "secret",
                       .accepted = "",
                       .description = std::move(description),
                       .secret = true,
                       .assign = [&member](const Value& value) -> Complaint {
                         const auto* text = text_of(value);
                         if (text == nullptr) return wrong_type(value, "a string");
                         if (text->empty()) return "must not be empty";
                         member = base::Secret(std::string_view(*text));
                         return std::nullopt;
                       },
                       .show = [&member] { return std::string(member.empty() ? "not set" : "********"); }});
  return setting;
}

std::string Schema::inline_table(const Schema& row, const Schema& blank) {
  std::vector<std::string> members;
  for (std::size_t i = 0; i < row.settings_.size(); ++i) {
    const auto& setting = row.settings_[i];
    const std::string shown = setting.show();
    if (shown != blank.settings_[i].show()) members.push_back(setting.key + " = " + shown);
  }
  return "{ " + joined(members, ", ") + " }";
}

}  // namespace gatehouse::config
