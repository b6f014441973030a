#include "platform/mail/template_set.hpp"

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <kainjow/mustache.hpp>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace gatehouse::mail {
namespace {

namespace fs = std::filesystem;
using kainjow::mustache::data;

constexpr std::uintmax_t kMaxFileBytes = 64 * 1024;
constexpr std::string_view kSubject = "Subject: ";

[[noreturn]] void refuse(std::string_view file, std::string_view what) {
  throw TemplateError("mail template " + std::string(file) + ": " + std::string(what));
}

bool is_html(std::string_view name) { return name.ends_with(".html"); }

// `en/verify_email.txt`: one folder, at most; nothing that could lead elsewhere.
bool is_template_name(std::string_view name) {
  if (!name.ends_with(".txt") && !is_html(name)) return false;
  const auto slash = name.find('/');
  return slash == std::string_view::npos || name.find('/', slash + 1) == std::string_view::npos;
}

// The library leaves out what it does not find, and so would a letter its link. Here that is an error.
class StrictContext final : public kainjow::mustache::context<std::string> {
 public:
  using Files = std::map<std::string, std::string, std::less<>>;
  StrictContext(const data* values, const Files& files, std::string locale, std::string extension)
      : context(values), files_(files), locale_(std::move(locale)), extension_(std::move(extension)) {}

  const data* get(const std::string& name) const override {
    const data* const found = context::get(name);
    if (found == nullptr) note(name);
    return found;
  }
  const data* get_partial(const std::string& name) const override {
    for (const auto& folder : {locale_ + "/", std::string()}) {
      const auto file = files_.find(folder + "_" + name + extension_);
      if (file == files_.end()) continue;
      partials_.push_back(std::make_unique<data>(file->second));
      return partials_.back().get();
    }
    note(name);
    return nullptr;
  }

  [[nodiscard]] const std::optional<std::string>& missing() const noexcept { return missing_; }

 private:
  void note(const std::string& name) const {
    if (!missing_) missing_ = name;
  }
  const Files& files_;
  const std::string locale_;
  const std::string extension_;
  mutable std::optional<std::string> missing_;
  mutable std::vector<std::unique_ptr<data>> partials_;
};

data to_data(const Values& values) {
  data object(data::type::object);
  for (const auto& [name, value] : values) object.set(name, value.empty() ? data(false) : data(value));
  return object;
}

void check_file(const std::string& name, const std::string& text) {
  if (is_html(name) && (text.find("{{{") != std::string::npos || text.find("{{&") != std::string::npos)) {
    refuse(name, "unescaped tags ({{{…}}}, {{&…}}) are not allowed in HTML");
  }
  const kainjow::mustache::mustache parsed(text);
  if (!parsed.is_valid()) refuse(name, parsed.error_message());
}

std::string read_file(const fs::path& path, const std::string& name) {
  std::error_code failed;
  const auto size = fs::file_size(path, failed);
  if (failed || size > kMaxFileBytes) refuse(name, "can't be read, or is larger than 64 KiB");
  std::ifstream in(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  if (!in) refuse(name, "can't be read");
  return text;
}

}  // namespace

TemplateSet::TemplateSet(const fs::path& folder) {
  for (const auto& file : built_in_templates()) files_.insert_or_assign(std::string(file.name), std::string(file.text));
  if (!folder.empty()) read(folder);
  check();
}

void TemplateSet::read(const fs::path& folder) {
  std::error_code failed;
  fs::recursive_directory_iterator entries(folder, failed);
  if (failed) refuse(folder.string(), "the folder can't be read");
  for (const auto& entry : entries) {
    const std::string name = entry.path().lexically_relative(folder).generic_string();
    if (!entry.is_regular_file() || !is_template_name(name)) continue;
    files_.insert_or_assign(name, read_file(entry.path(), name));
  }
}

void TemplateSet::check() {
  for (const auto& [name, text] : files_) {
    check_file(name, text);
    const auto slash = name.find('/');
    if (slash == std::string::npos || name[slash + 1] == '_') continue;
    const std::string base = name.substr(0, name.rfind('.'));
    if (files_.find(base + ".txt") == files_.end() || files_.find(base + ".html") == files_.end()) {
      refuse(name, "a letter needs both a .txt and an .html file");
    }
    if (!is_html(name) && !text.starts_with(kSubject)) refuse(name, "the first line must be `Subject: …`");
    locales_.insert(name.substr(0, slash));
  }
}

std::string TemplateSet::fill(const std::string& locale, const std::string& name, const Values& values) const {
  const auto file = files_.find(name);
  if (file == files_.end()) refuse(name, "there is no such file");
  const data object = to_data(values);
  StrictContext context(&object, files_, locale, is_html(name) ? ".html" : ".txt");
  kainjow::mustache::mustache parsed(file->second);
  if (!is_html(name)) parsed.set_custom_escape([](const std::string& text) { return text; });
  std::string out = parsed.render(context);
  if (!parsed.is_valid()) refuse(name, parsed.error_message());
  if (context.missing()) refuse(name, "uses `" + *context.missing() + "`, which this letter does not have");
  return out;
}

Rendered TemplateSet::render(const std::string& locale, std::string_view kind, const Values& values) const {
  const std::string base = locale + "/" + std::string(kind);
  std::string text = fill(locale, base + ".txt", values);
  const auto end = text.find('\n');
  Rendered rendered{.subject = text.substr(kSubject.size(), end - kSubject.size()),
                    .text = {},
                    .html = fill(locale, base + ".html", values)};
  text.erase(0, end == std::string::npos ? text.size() : end + 1);
  rendered.text = text.substr(std::min(text.find_first_not_of('\n'), text.size()));
  return rendered;
}

}  // namespace gatehouse::mail
