#include "platform/config/loader.hpp"

#include <algorithm>
#include <set>

#include "platform/config/text.hpp"
#include "platform/config/toml_file.hpp"
#include "platform/config/units.hpp"

namespace gatehouse::config {
namespace {

constexpr std::string_view kFileSuffix = "_file";
constexpr std::size_t kMaxProblems = 100;  // more help nobody, and a hostile file could make a million
constexpr std::size_t kMaxRows = 1'000;
constexpr std::size_t kMaxSecretBytes = 64 << 10;

std::string joined(std::string_view prefix, std::string_view name) {
  return prefix.empty() ? std::string(name) : std::string(prefix) + "." + std::string(name);
}

std::vector<std::string> split_list(std::string_view text) {
  std::vector<std::string> items;
  while (!text.empty()) {
    const auto comma = text.find(',');
    auto item = text.substr(0, comma);
    while (item.starts_with(' ')) item.remove_prefix(1);
    while (item.ends_with(' ')) item.remove_suffix(1);
    items.emplace_back(item);
    if (comma == std::string_view::npos) break;
    text.remove_prefix(comma + 1);
  }
  return items;
}

// A text of the environment or the command line, as the type that the setting takes. What does not read as that type
// stays a string, which the setting then refuses in its own words.
Value value_from_text(Form form, const std::string& text) {
  Value value;
  value.data = text;
  if (form == Form::boolean && (text == "true" || text == "false")) value.data = text == "true";
  if (form == Form::integer) {
    if (const auto whole = parse_integer(text)) value.data = *whole;
  }
  if (form == Form::number) {
    if (const auto number = parse_number(text)) value.data = *number;
  }
  if (form == Form::list) {
    List list;
    for (auto& item : split_list(text)) list.push_back({std::move(item), 0});
    value.data = std::move(list);
  }
  return value;
}

}  // namespace

// One run of load(): applies the sources from the weakest to the strongest.
class Loading {
 public:
  Loading(const Schema& schema, const Sources& sources)
      : schema_(schema), sources_(sources), known_keys_(keys_of(schema)), known_tables_(tables_of(schema)) {}

  Outcome run() {
    apply_fallbacks();
    if (sources_.file) apply_file(*sources_.file);
    apply_environment();
    apply_flags();
    if (enough()) outcome_.problems.push_back({"configuration", "", "more problems follow", "correct these first"});
    describe();
    return std::move(outcome_);
  }

 private:
  struct Target {
    const Setting* setting = nullptr;
    bool from_file = false;  // the key was `<key>_file`
  };

  Target target_of(std::string_view key) const {
    if (const auto* setting = schema_.find(key)) return {setting, false};
    if (!key.ends_with(kFileSuffix)) return {};
    const auto* setting = schema_.find(key.substr(0, key.size() - kFileSuffix.size()));
    return setting != nullptr && setting->secret ? Target{setting, true} : Target{};
  }

  static std::vector<std::string> keys_of(const Schema& schema) {
    std::vector<std::string> keys;
    for (const auto& setting : schema.settings()) {
      keys.push_back(setting.key);
      if (setting.secret) keys.push_back(setting.key + std::string(kFileSuffix));
    }
    return keys;
  }

  static std::vector<std::string> tables_of(const Schema& schema) {
    std::set<std::string> tables;
    for (const auto& setting : schema.settings()) {
      for (auto dot = setting.key.find('.'); dot != std::string::npos; dot = setting.key.find('.', dot + 1)) {
        tables.insert(setting.key.substr(0, dot));
      }
    }
    for (const auto& table : schema.list_tables()) tables.insert(table.key);
    return {tables.begin(), tables.end()};
  }

  bool enough() const { return outcome_.problems.size() >= kMaxProblems; }

  void problem(std::string where, std::string key, std::string message, std::string remedy) {
    if (enough()) return;
    outcome_.problems.push_back({std::move(where), std::move(key), std::move(message), std::move(remedy)});
  }

  void unknown(std::string where, const std::string& key, const char* what, const std::vector<std::string>& known) {
    if (enough()) return;
    const std::string near = nearest(key, known);
    problem(std::move(where), key, std::string("unknown ") + what,
            near.empty() ? "`gatehouse config show` lists every setting" : "did you mean " + near + "?");
  }

  void assign(const Target& target, const Value& value, const std::string& where, const std::string& origin) {
    const auto& key = target.setting->key;
    const std::string given_key = target.from_file ? key + std::string(kFileSuffix) : key;
    const auto [place, first] = given_in_source_.emplace(key, where);
    if (!first) {
      problem(where, given_key, "given twice: " + printable(place->second) + " gives it, too", "keep one");
      return;
    }
    const auto complaint = target.from_file ? assign_from_file(*target.setting, value) : target.setting->assign(value);
    if (complaint) {
      problem(where, given_key, *complaint, "");
    } else {
      outcome_.origins_[key] = origin;
    }
  }

  static Complaint assign_from_file(const Setting& setting, const Value& value) {
    const auto* path = std::get_if<std::string>(&value.data);
    if (path == nullptr) return std::string("must be a path, not ") + value.type_name();
    auto content = read_file(*path, kMaxSecretBytes);
    if (!content) return "the file it names " + content.error().message;
    // Editors and `echo` end a file with a line break that is no part of the secret.
    if (content->ends_with('\n')) content->pop_back();
    if (content->ends_with('\r')) content->pop_back();
    Value secret;
    secret.data = std::move(*content);
    return setting.assign(secret);
  }

  void apply_fallbacks() {
    given_in_source_.clear();
    for (const auto& setting : schema_.settings()) {
      if (setting.fallback_variable.empty()) continue;
      for (const auto& [name, text] : sources_.environment) {
        if (name != setting.fallback_variable || text.empty()) continue;
        const std::string where = "environment " + name;
        assign({&setting, false}, value_from_text(setting.form, text), where, where);
      }
    }
  }

  void apply_file(const FileText& file) {
    given_in_source_.clear();
    auto table = parse_toml(file.name, file.text);
    if (!table) {
      outcome_.problems.push_back(table.error());
      return;
    }
    apply_table(*table, "");
  }

  std::string at(const Value& value) const { return sources_.file->name + ":" + std::to_string(value.line); }

  void apply_table(const Table& table, const std::string& prefix) {
    for (const auto& [name, value] : table) {
      const std::string key = joined(prefix, name);
      // A quoted name with a dot inside must not pass for the key of another table.
      const bool plain = name.find('.') == std::string::npos;
      if (const auto target = target_of(key); target.setting != nullptr && plain) {
        assign(target, value, at(value), "file " + at(value));
      } else if (const auto* rows = plain ? find_rows(key) : nullptr) {
        apply_rows(*rows, value);
      } else if (const auto* lists = plain ? find_lists(key) : nullptr) {
        apply_lists(*lists, value);
      } else if (plain && std::find(known_tables_.begin(), known_tables_.end(), key) != known_tables_.end()) {
        const auto* inner = std::get_if<Table>(&value.data);
        if (inner != nullptr) {
          apply_table(*inner, key);
        } else {
          problem(at(value), key, std::string("must be a table, not ") + value.type_name(), "write [" + key + "]");
        }
      } else if (std::holds_alternative<Table>(value.data)) {
        unknown(at(value), key, "table", known_tables_);
      } else {
        unknown(at(value), key, "setting", known_keys_);
      }
    }
  }

  const Rows* find_rows(const std::string& key) const {
    for (const auto& rows : schema_.row_tables()) {
      if (rows.key == key) return &rows;
    }
    return nullptr;
  }

  const NamedLists* find_lists(const std::string& key) const {
    for (const auto& lists : schema_.list_tables()) {
      if (lists.key == key) return &lists;
    }
    return nullptr;
  }

  void apply_rows(const Rows& rows, const Value& value) {
    const auto* list = std::get_if<List>(&value.data);
    const bool tables = list != nullptr && std::all_of(list->begin(), list->end(), [](const Value& item) {
                          return std::holds_alternative<Table>(item.data);
                        });
    if (!tables) {
      problem(at(value), rows.key, "must be a list of tables", "write [[" + rows.key + "]] above each");
      return;
    }
    if (list->size() > kMaxRows) {
      problem(at(value), rows.key, "more than " + std::to_string(kMaxRows) + " tables", "");
      return;
    }
    rows.clear();
    for (const auto& item : *list) {
      if (!enough()) apply_row(rows, item);
    }
    outcome_.origins_[rows.key] = "file " + at(list->empty() ? value : list->front());
  }

  void apply_row(const Rows& rows, const Value& item) {
    const Schema row = rows.append();
    std::set<std::string> given;
    std::vector<std::string> known;
    for (const auto& setting : row.settings()) known.push_back(setting.key);
    for (const auto& [name, value] : std::get<Table>(item.data)) {
      if (enough()) return;
      given.insert(name);
      const auto* setting = row.find(name);
      if (setting == nullptr) {
        const std::string near = nearest(name, known);
        problem(at(value), joined(rows.key, name), "unknown setting",
                near.empty() ? "" : "did you mean " + joined(rows.key, near) + "?");
      } else if (auto complaint = setting->assign(value)) {
        problem(at(value), joined(rows.key, name), *complaint, "");
      }
    }
    for (const auto& setting : row.settings()) {
      if (setting.required && !given.contains(setting.key)) {
        problem(at(item), joined(rows.key, setting.key), "is missing", "each [[" + rows.key + "]] needs one");
      }
    }
  }

  void apply_lists(const NamedLists& lists, const Value& value) {
    const auto* table = std::get_if<Table>(&value.data);
    if (table == nullptr) {
      problem(at(value), lists.key, std::string("must be a table, not ") + value.type_name(),
              "write [" + lists.key + "]");
      return;
    }
    lists.clear();
    for (const auto& [name, member] : *table) {
      std::vector<std::string> items;
      const auto complaint = read_items(member, items);
      const auto refused = complaint ? complaint : lists.add(name, items);
      if (refused) problem(at(member), joined(lists.key, name), *refused, "");
    }
    outcome_.origins_[lists.key] = "file " + at(value);
  }

  static Complaint read_items(const Value& value, std::vector<std::string>& items) {
    const auto* list = std::get_if<List>(&value.data);
    if (list == nullptr) return std::string("must be a list of strings, not ") + value.type_name();
    for (const auto& item : *list) {
      const auto* text = std::get_if<std::string>(&item.data);
      if (text == nullptr) return std::string("each item must be a string, not ") + item.type_name();
      items.push_back(*text);
    }
    return std::nullopt;
  }

  bool is_ignored(std::string_view variable) const {
    return std::any_of(sources_.ignored_variables.begin(), sources_.ignored_variables.end(),
                       [&](std::string_view ignored) {
                         return ignored.ends_with('*') ? variable.starts_with(ignored.substr(0, ignored.size() - 1))
                                                       : variable == ignored;
                       });
  }

  void apply_environment() {
    given_in_source_.clear();
    std::map<std::string, std::string> key_of;
    std::vector<std::string> variables;
    for (const auto& key : known_keys_) {
      key_of.emplace(variable_of(key), key);
      variables.push_back(variable_of(key));
    }
    for (const auto& [name, text] : sources_.environment) {
      if (!name.starts_with("GATEHOUSE_")) continue;
      const std::string where = "environment " + name;
      const auto key = key_of.find(name);
      if (key != key_of.end()) {
        const auto target = target_of(key->second);
        apply_text(target, text, where);
      } else if (!is_ignored(name)) {
        const std::string near = nearest(name, variables);
        problem(where, "", "no setting has this variable",
                near.empty() ? "unset it; tables such as [[gate.rule]] stand in the file only"
                             : "did you mean " + near + "?");
      }
    }
  }

  void apply_flags() {
    given_in_source_.clear();
    for (const auto& flag : sources_.flags) {
      const std::string where = "flag " + flag.flag;
      const auto target = target_of(flag.key);
      if (target.setting == nullptr) {
        unknown(where, flag.key, "setting", known_keys_);
      } else {
        apply_text(target, flag.value, where);
      }
    }
  }

  void apply_text(const Target& target, const std::string& text, const std::string& where) {
    if (!is_text(text)) {
      problem(where, target.setting->key, "is not UTF-8 text", "");
      return;
    }
    assign(target, value_from_text(target.from_file ? Form::text : target.setting->form, text), where, where);
  }

  void describe() {
    for (const auto& setting : schema_.settings()) {
      outcome_.entries.push_back({setting.key, setting.type, setting.accepted, setting.description,
                                  setting.default_text, setting.show(), outcome_.origin_of(setting.key)});
    }
    for (const auto& rows : schema_.row_tables()) {
      std::string shown;
      for (const auto& row : rows.show()) shown += (shown.empty() ? "" : ", ") + row;
      outcome_.entries.push_back(
          {rows.key, "list of tables", "", rows.description, "[]", "[" + shown + "]", outcome_.origin_of(rows.key)});
    }
    for (const auto& lists : schema_.list_tables()) {
      outcome_.entries.push_back({lists.key, "table of lists", "", lists.description, lists.default_text, lists.show(),
                                  outcome_.origin_of(lists.key)});
    }
  }

  const Schema& schema_;
  const Sources& sources_;
  const std::vector<std::string> known_keys_;
  const std::vector<std::string> known_tables_;
  Outcome outcome_;
  std::map<std::string, std::string> given_in_source_;  // key → where, of the source being applied
};

std::string Outcome::origin_of(const std::string& key) const {
  const auto found = origins_.find(key);
  return found == origins_.end() ? "default" : found->second;
}

std::string Outcome::where_of(const std::string& key) const {
  constexpr std::string_view kFile = "file ";
  std::string origin = origin_of(key);
  return origin.starts_with(kFile) ? origin.substr(kFile.size()) : origin;
}

bool Outcome::failed(const std::string& key) const {
  return std::any_of(problems.begin(), problems.end(), [&](const Problem& p) {
    return p.key == key || p.key.starts_with(key + ".") || p.key == key + std::string(kFileSuffix);
  });
}

Outcome load(Schema& schema, const Sources& sources) { return Loading(schema, sources).run(); }

}  // namespace gatehouse::config
