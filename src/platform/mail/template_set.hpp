#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

namespace gatehouse::mail {

// One file below templates/mail: `en/verify_email.txt`, `_head.html`.
struct TemplateFile {
  std::string_view name;
  std::string_view text;
};
[[nodiscard]] std::span<const TemplateFile> built_in_templates();

// A template can't be used; what() names the file and what is wrong, for whoever wrote it.
class TemplateError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// What a template may use. A variable that is named here and empty makes its section `{{#name}}…{{/name}}` disappear;
// one that is not named here is a mistake in the template.
using Values = std::map<std::string, std::string>;

struct Rendered {
  std::string subject;
  std::string text;
  std::string html;
};

// The templates of letters, two files each: `<locale>/<kind>.txt`, whose first line is `Subject: …`, and
// `<locale>/<kind>.html`. Mustache: `{{name}}` (escaped in HTML; unescaped tags are refused there), sections, comments,
// and `{{> part}}`, which is `<locale>/_part.<txt|html>` or else `_part.<txt|html>`. Immutable, so thread-safe.
class TemplateSet {
 public:
  // The built-in files, and those of `folder` before them where it has one of the same name; empty: none.
  // Throws TemplateError: a file that can't be read, is above 64 KiB, is no valid template, or lacks its other half.
  explicit TemplateSet(const std::filesystem::path& folder = {});

  [[nodiscard]] const std::set<std::string>& locales() const noexcept { return locales_; }

  // Throws TemplateError when there is no such template, or it uses what `values` does not name.
  // REQUIRES: `locale` is one of locales().
  [[nodiscard]] Rendered render(const std::string& locale, std::string_view kind, const Values& values) const;

 private:
  void read(const std::filesystem::path& folder);
  void check();
  [[nodiscard]] std::string fill(const std::string& locale, const std::string& name, const Values& values) const;

  std::map<std::string, std::string, std::less<>> files_;  // by name
  std::set<std::string> locales_;
};

}  // namespace gatehouse::mail
