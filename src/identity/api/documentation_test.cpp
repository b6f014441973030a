// What is documented is what is there: docs/api/openapi.yaml against the route table, docs/api/errors.md against the
// table of errors.
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "identity/api/api_fixture.hpp"
#include "identity/api/errors.hpp"

namespace gatehouse::identity {
namespace {

std::vector<std::string> lines_of(const std::string& path) {
  std::ifstream file(std::string(GATEHOUSE_SOURCE_DIR) + "/" + path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

std::string method_name(http::Method method) {
  switch (method) {
    case http::Method::get: return "get";
    case http::Method::post: return "post";
    case http::Method::put: return "put";
    case http::Method::patch: return "patch";
    case http::Method::delete_: return "delete";
    default: return "other";
  }
}

std::string rate_name(http::RateClass rate) {
  switch (rate) {
    case http::RateClass::none: return "none";
    case http::RateClass::everything: return "everything";
    case http::RateClass::sign_in: return "sign_in";
    case http::RateClass::registration: return "registration";
  }
  return "other";
}

using Operation = std::map<std::string, std::string>;  // the members that begin with `x-`, and `body`

// Reads as much of the YAML as the comparison needs, by its indentation: a path at 2, a method at 4, members at 6.
std::map<std::string, Operation> documented_operations() {
  std::map<std::string, Operation> operations;
  std::string path;
  std::string key;
  bool in_paths = false;
  for (const auto& line : lines_of("docs/api/openapi.yaml")) {
    const auto indent = line.find_first_not_of(' ');
    if (indent == std::string::npos || line[indent] == '#') continue;
    if (indent == 0) in_paths = line == "paths:";
    if (!in_paths) continue;
    const auto colon = line.find(':');
    const std::string name = line.substr(indent, colon - indent);
    if (indent == 2) path = name;
    if (indent == 4) key = name == "parameters" ? "" : name + " " + path;
    if (indent == 4 && !key.empty()) operations[key];
    if (indent != 6 || key.empty()) continue;
    if (name.starts_with("x-")) operations[key][name] = line.substr(std::min(line.size(), colon + 2));
    if (name == "requestBody") operations[key]["body"] = "yes";
  }
  return operations;
}

TEST(OpenApi, describes_the_route_table_exactly) {
  ApiStack api;
  auto documented = documented_operations();
  for (const auto& route : api.router.routes()) {
    const std::string key = method_name(route.method) + " " + route.path;
    ASSERT_TRUE(documented.contains(key)) << key << " is not documented";
    auto& operation = documented[key];
    EXPECT_EQ(operation["x-access"], route.access) << key;
    EXPECT_EQ(operation["x-step-up"], route.step_up) << key;
    EXPECT_EQ(operation["x-rate"], rate_name(route.rate)) << key;
    EXPECT_EQ(operation["x-body-limit"], std::to_string(route.body_limit)) << key;
    EXPECT_EQ(operation["body"] == "yes", route.body_limit > 0) << key;
    documented.erase(key);
  }
  for (const auto& [key, operation] : documented) {
    EXPECT_TRUE(operation.contains("x-served-by")) << key << " is documented and not there";
  }
}

TEST(OpenApi, its_reader_finds_what_is_written) {
  const auto documented = documented_operations();
  ASSERT_TRUE(documented.contains("post /v1/login"));
  EXPECT_EQ(documented.at("post /v1/login").at("x-rate"), "sign_in");
  EXPECT_GE(documented.size(), 19U);
}

// The rows under a heading of the page.
std::set<std::string> rows_of_errors_page(const std::string& heading) {
  std::set<std::string> written;
  bool in_section = false;
  for (const auto& line : lines_of("docs/api/errors.md")) {
    if (line.starts_with("## ")) in_section = line == heading;
    if (in_section && line.starts_with("| ") && line.find('`') != std::string::npos) written.insert(line);
  }
  return written;
}

TEST(ErrorsPage, lists_every_error_as_the_program_says_it) {
  auto written = rows_of_errors_page("## Of the identity interface");
  for (const auto& row : error_table()) {
    const std::string line =
        "| " + std::to_string(row.status) + " | `" + row.slug + "` | " + row.title + " | " + row.detail + " |";
    EXPECT_EQ(written.erase(line), 1U) << line;
  }
  EXPECT_TRUE(written.empty()) << *written.begin();
}

TEST(ErrorsPage, lists_every_mistake_in_a_field_as_the_program_says_it) {
  auto written = rows_of_errors_page("## Of fields");
  for (const auto& row : mistake_table()) {
    const std::string line = std::string("| `") + row.code + "` | " + row.meaning + " |";
    EXPECT_EQ(written.erase(line), 1U) << line;
  }
  EXPECT_TRUE(written.empty()) << *written.begin();
}

TEST(ErrorTable, stands_in_the_order_of_the_enumeration_with_unique_slugs) {
  std::set<std::string> slugs;
  std::size_t index = 0;
  for (const auto& row : error_table()) {
    EXPECT_EQ(static_cast<std::size_t>(row.error), index++);
    EXPECT_TRUE(slugs.insert(row.slug).second) << row.slug;
  }
}

}  // namespace
}  // namespace gatehouse::identity
