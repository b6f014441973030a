#include "platform/config/show.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <string_view>

#include "platform/config/text.hpp"

namespace gatehouse::config {
namespace {

// `|` would end a cell.
std::string cell(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '|') out += '\\';
    out += c;
  }
  return out;
}

std::string table_of(std::string_view key) { return std::string(key.substr(0, key.rfind('.'))); }

std::string name_in_table(std::string_view key) { return std::string(key.substr(key.rfind('.') + 1)); }

void append_row(std::string& out, const Setting& setting) {
  std::string type = setting.type;
  if (!setting.accepted.empty()) type += ": " + setting.accepted;
  std::string default_text = setting.required ? "required" : setting.secret ? "" : "`" + setting.default_text + "`";
  out += "| `" + name_in_table(setting.key) + "` | " + cell(default_text) + " | " + cell(type) + " | " +
         cell(setting.description);
  if (setting.secret) out += " Also `" + name_in_table(setting.key) + "_file`: a file that holds it.";
  if (!setting.fallback_variable.empty()) out += " `$" + setting.fallback_variable + "` where nothing else is given.";
  out += " |\n";
}

constexpr std::string_view kHead = "\n| key | default | accepts | what it does |\n| --- | --- | --- | --- |\n";

}  // namespace

std::string show_text(std::span<const Entry> entries) {
  std::string out;
  for (const auto& entry : entries) {
    out += printable(entry.key) + " = " + entry.value_text + "\n    from " + printable(entry.origin);
    if (entry.value_text != entry.default_text) out += ", default " + entry.default_text;
    out += "\n    " + entry.type + (entry.accepted.empty() ? "" : ", " + entry.accepted) + "\n    " +
           entry.description + "\n";
  }
  return out;
}

std::string show_json(std::span<const Entry> entries) {
  boost::json::array all;
  for (const auto& entry : entries) {
    all.push_back(boost::json::object{{"key", entry.key},
                                      {"value", entry.value_text},
                                      {"default", entry.default_text},
                                      {"origin", printable(entry.origin)},
                                      {"type", entry.type},
                                      {"accepts", entry.accepted},
                                      {"description", entry.description}});
  }
  return boost::json::serialize(all) + "\n";
}

std::string reference_markdown(const Schema& schema) {
  std::string out;
  std::string table;
  for (const auto& setting : schema.settings()) {
    if (table_of(setting.key) != table) {
      table = table_of(setting.key);
      out += "\n## [" + table + "]\n" + std::string(kHead);
    }
    append_row(out, setting);
  }
  for (const auto& rows : schema.row_tables()) {
    out += "\n## [[" + rows.key + "]]\n\n" + rows.description + "\n" + std::string(kHead);
    const Schema row = rows.blank();
    for (const auto& setting : row.settings()) append_row(out, setting);
  }
  for (const auto& lists : schema.list_tables()) {
    out += "\n## [" + lists.key + "]\n\n" + lists.description + "\n\nDefault: `" + lists.default_text + "`\n";
  }
  return out;
}

}  // namespace gatehouse::config
