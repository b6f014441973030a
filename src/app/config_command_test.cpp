#include "app/config_command.hpp"

#include <gtest/gtest.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

#include "platform/base/json.hpp"

namespace gatehouse::app {
namespace {

std::filesystem::path in_source(const char* path) { return std::filesystem::path(GATEHOUSE_SOURCE_DIR) / path; }

std::string content_of(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

TEST(ConfigCommand, the_reference_is_what_the_program_reads) {
  EXPECT_EQ(render_reference(), content_of(in_source("docs/ops/configuration.md")))
      << "write it anew with `gatehouse config docs > docs/ops/configuration.md`";
}

TEST(ConfigCommand, the_example_passes_its_own_check) {
  std::ostringstream out;
  std::ostringstream err;
  SettingsSources sources;
  sources.file = in_source("deploy/gatehouse.toml");
  EXPECT_EQ(config_check(sources, out, err), 0) << err.str();
  EXPECT_EQ(out.str(), "the configuration is fine\n");
}

TEST(ConfigCommand, every_line_the_example_offers_is_right) {
  // Each `# key = value` and `# [table]` of the example, switched on.
  std::istringstream lines(content_of(in_source("deploy/gatehouse.toml")));
  std::string text;
  for (std::string line; std::getline(lines, line);) text += (line.starts_with("#:") ? line.substr(2) : line) + "\n";
  const auto loaded = load_settings_from_text("gatehouse.toml", text);
  ASSERT_TRUE(loaded) << to_string(loaded.error().front());
  EXPECT_FALSE(loaded->settings.gate.rules.empty());
}

TEST(ConfigCommand, check_prints_every_problem_and_fails) {
  std::ostringstream out;
  std::ostringstream err;
  SettingsSources sources;
  sources.flags = {{"--listen", "server.listen", "8080"}, {"--roles", "process.roles", "booking"}};
  EXPECT_EQ(config_check(sources, out, err), 1);
  EXPECT_EQ(err.str(),
            "flag --listen: server.listen: must be an address and a port, such as 127.0.0.1:8080 or [::1]:8080\n"
            "flag --roles: process.roles: messaging and booking are not part of this version\n");
  EXPECT_EQ(out.str(), "");
  EXPECT_EQ(config_show(sources, false, out, err), 1);
  EXPECT_EQ(out.str(), "");
}

TEST(ConfigCommand, L02_show_masks_the_master_key) {
  std::ostringstream text;
  std::ostringstream json;
  std::ostringstream err;
  SettingsSources sources;
  sources.environment = {{"GATEHOUSE_MASTER_KEY_VALUE", "canary-77aa"}};
  EXPECT_EQ(config_show(sources, false, text, err), 0);
  EXPECT_EQ(config_show(sources, true, json, err), 0);
  EXPECT_NE(text.str().find("master_key.value = ********\n    from environment GATEHOUSE_MASTER_KEY_VALUE"),
            std::string::npos);
  EXPECT_EQ((text.str() + json.str() + err.str()).find("canary"), std::string::npos);
}

TEST(ConfigCommand, show_speaks_json_with_every_setting) {
  std::ostringstream out;
  std::ostringstream err;
  EXPECT_EQ(config_show({}, true, out, err), 0);
  const auto parsed = base::parse_json(out.str(), {.members = 100'000});
  ASSERT_TRUE(parsed);
  Settings settings;
  const auto schema = settings_schema(settings);
  EXPECT_GE(parsed->as_array().size(), schema.settings().size());
  EXPECT_EQ(parsed->as_array()[0].as_object().at("origin").as_string(), "default");
}

}  // namespace
}  // namespace gatehouse::app
