#include "platform/config/loader.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "platform/config/show.hpp"

namespace gatehouse::config {
namespace {

struct Row {
  std::string path{};
  std::vector<std::string> methods{};
};

enum class Colour { red, green };

struct Sample {
  bool on = false;
  unsigned count = 4;
  double pace = 0.5;
  std::chrono::seconds wait{10};
  std::uint64_t room = 1024;
  std::string name = "gate";
  std::filesystem::path folder{"./data"};
  std::vector<std::string> words{"a"};
  Colour colour = Colour::red;
  base::Secret key{};
  std::vector<Row> rows{};
  std::vector<std::string> groups{"default"};
};

Complaint no_spaces(std::string_view text) {
  return text.find(' ') == std::string_view::npos ? Complaint() : Complaint("must not hold spaces");
}

Schema row_schema(Row& row) {
  Schema s;
  s.text("path", row.path, "no spaces", no_spaces, "A path.").required = true;
  s.list("methods", row.methods, "", no_spaces, "Methods.");
  return s;
}

Schema sample_schema(Sample& m) {
  Schema s;
  s.boolean("main.on", m.on, "A switch.");
  s.integer("main.count", m.count, 1, 9, "A count.");
  s.number("main.pace", m.pace, 0.1, 10, "A pace.");
  s.duration("main.wait", m.wait, std::chrono::seconds(1), std::chrono::minutes(5), "A wait.");
  s.size("main.room", m.room, 1, 1 << 20, "A room.");
  s.text("main.name", m.name, "no spaces", no_spaces, "A name.");
  s.path("main.folder", m.folder, "A folder.").fallback_variable = "STATE_DIRECTORY";
  s.list("other.words", m.words, "no spaces", no_spaces, "Words.");
  s.choice("other.colour", m.colour, {{"red", Colour::red}, {"green", Colour::green}}, "A colour.");
  s.secret("other.key", m.key, "A key.");
  s.rows("other.row", m.rows, row_schema, "Rows.");
  NamedLists groups;
  groups.key = "groups";
  groups.clear = [&m] { m.groups.clear(); };
  groups.add = [&m](const std::string& name, const std::vector<std::string>& items) -> Complaint {
    if (items.empty()) return "must not be empty";
    m.groups.push_back(name);
    return std::nullopt;
  };
  groups.show = [&m] { return list_text(m.groups); };
  s.named_lists(std::move(groups));
  return s;
}

class ConfigLoader : public testing::Test {
 protected:
  ConfigLoader() {
    std::string pattern = testing::TempDir() + "gatehouse-config-XXXXXX";
    folder_ = ::mkdtemp(pattern.data());
  }
  ~ConfigLoader() override { std::filesystem::remove_all(folder_); }

  const Outcome& load_with(std::string text, Environment environment = {}, std::vector<Flag> flags = {}) {
    sample_ = Sample();
    schema_ = sample_schema(sample_);
    outcome_ = load(schema_, {FileText{"f.toml", std::move(text)},
                              std::move(environment),
                              std::move(flags),
                              {"GATEHOUSE_CONFIG", "GATEHOUSE_PORT_*"}});
    return outcome_;
  }
  // The problems as lines.
  std::vector<std::string> problems_with(std::string text, Environment environment = {}, std::vector<Flag> flags = {}) {
    std::vector<std::string> lines;
    for (const auto& problem : load_with(std::move(text), std::move(environment), std::move(flags)).problems) {
      lines.push_back(to_string(problem));
    }
    return lines;
  }
  std::string write(const char* name, std::string_view content) const {
    const auto path = folder_ / name;
    std::ofstream(path, std::ios::binary) << content;
    return path.string();
  }

  using Lines = std::vector<std::string>;
  std::filesystem::path folder_;
  Sample sample_;
  Schema schema_;
  Outcome outcome_;
};

TEST_F(ConfigLoader, fills_every_type_from_a_file) {
  EXPECT_EQ(problems_with("[main]\non = true\ncount = 9\npace = 2\nwait = \"2m\"\nroom = \"4 KiB\"\nname = \"x\"\n"
                          "folder = \"/srv\"\n[other]\nwords = [\"b\", \"c\"]\ncolour = \"green\"\nkey = \"k\"\n"
                          "[[other.row]]\npath = \"/a\"\n[[other.row]]\npath = \"/b\"\nmethods = [\"GET\"]\n"
                          "[groups]\nstaff = [\"x\"]\n"),
            Lines{});
  EXPECT_TRUE(sample_.on);
  EXPECT_EQ(sample_.count, 9U);
  EXPECT_EQ(sample_.pace, 2);
  EXPECT_EQ(sample_.wait, std::chrono::minutes(2));
  EXPECT_EQ(sample_.room, 4096U);
  EXPECT_EQ(sample_.name, "x");
  EXPECT_EQ(sample_.folder, "/srv");
  EXPECT_EQ(sample_.words, (Lines{"b", "c"}));
  EXPECT_EQ(sample_.colour, Colour::green);
  EXPECT_EQ(sample_.key.expose(), "k");
  ASSERT_EQ(sample_.rows.size(), 2U);
  EXPECT_EQ(sample_.rows[0].path, "/a");
  EXPECT_EQ(sample_.rows[1].methods, Lines{"GET"});
  EXPECT_EQ(sample_.groups, Lines{"staff"});
}

TEST_F(ConfigLoader, stronger_sources_win_and_each_value_knows_its_own) {
  EXPECT_EQ(problems_with("[main]\ncount = 2\nname = \"file\"\non = true\n",
                          {{"GATEHOUSE_MAIN_COUNT", "3"}, {"GATEHOUSE_MAIN_NAME", "env"}, {"PATH", "/bin"}},
                          {{"--count", "main.count", "5"}}),
            Lines{});
  EXPECT_EQ(sample_.count, 5U);
  EXPECT_EQ(sample_.name, "env");
  EXPECT_EQ(outcome_.origin_of("main.count"), "flag --count");
  EXPECT_EQ(outcome_.origin_of("main.name"), "environment GATEHOUSE_MAIN_NAME");
  EXPECT_EQ(outcome_.origin_of("main.on"), "file f.toml:4");
  EXPECT_EQ(outcome_.origin_of("main.pace"), "default");
}

TEST_F(ConfigLoader, reads_every_type_from_the_environment) {
  EXPECT_EQ(problems_with("", {{"GATEHOUSE_MAIN_ON", "true"},
                               {"GATEHOUSE_MAIN_PACE", "0.25"},
                               {"GATEHOUSE_MAIN_WAIT", "90s"},
                               {"GATEHOUSE_MAIN_ROOM", "1KiB"},
                               {"GATEHOUSE_OTHER_WORDS", "b, c,d"},
                               {"GATEHOUSE_OTHER_COLOUR", "green"}}),
            Lines{});
  EXPECT_TRUE(sample_.on);
  EXPECT_EQ(sample_.pace, 0.25);
  EXPECT_EQ(sample_.wait, std::chrono::seconds(90));
  EXPECT_EQ(sample_.words, (Lines{"b", "c", "d"}));
  EXPECT_EQ(sample_.colour, Colour::green);
}

TEST_F(ConfigLoader, a_fallback_variable_is_weaker_than_the_file) {
  load_with("", {{"STATE_DIRECTORY", "/var/lib/x"}});
  EXPECT_EQ(sample_.folder, "/var/lib/x");
  EXPECT_EQ(outcome_.origin_of("main.folder"), "environment STATE_DIRECTORY");
  load_with("main.folder = \"/srv\"\n", {{"STATE_DIRECTORY", "/var/lib/x"}});
  EXPECT_EQ(sample_.folder, "/srv");
}

TEST_F(ConfigLoader, refuses_unknown_keys_and_says_which_was_meant) {
  EXPECT_EQ(problems_with("[main]\ncuont = 1\n[othr]\nwords = []\n[groups]\n"),
            (Lines{"f.toml:2: main.cuont: unknown setting; did you mean main.count?",
                   "f.toml:3: othr: unknown table; did you mean other?"}));
}

TEST_F(ConfigLoader, refuses_a_quoted_name_that_imitates_another_tables_key) {
  EXPECT_EQ(problems_with("\"main.count\" = 7\n").size(), 1U);
  EXPECT_EQ(sample_.count, 4U);
}

TEST_F(ConfigLoader, refuses_unknown_variables_but_not_those_of_others) {
  EXPECT_EQ(problems_with("", {{"GATEHOUSE_MAIN_COUMT", "1"},
                               {"GATEHOUSE_CONFIG", "x"},
                               {"GATEHOUSE_PORT_80_TCP", "tcp://10.0.0.1"},
                               {"GATEHOUSE_CONFIGS", "x"},
                               {"OTHER", "x"}}),
            (Lines{"environment GATEHOUSE_MAIN_COUMT: no setting has this variable; did you mean GATEHOUSE_MAIN_COUNT?",
                   "environment GATEHOUSE_CONFIGS: no setting has this variable; unset it; tables such as "
                   "[[gate.rule]] stand in the file only"}));
}

TEST_F(ConfigLoader, reports_all_that_is_wrong_at_once) {
  const auto lines = problems_with(
      "[main]\non = \"yes\"\ncount = 10\npace = nan\nwait = 5\nroom = \"1KB\"\nname = \"a b\"\nfolder = 1\n"
      "[other]\nwords = [1]\ncolour = \"blue\"\nkey = 5\nrow = 1\n",
      {{"GATEHOUSE_MAIN_COUNT", "many"}}, {{"--name", "main.name", "c d"}});
  EXPECT_EQ(lines.size(), 13U);
  EXPECT_EQ(lines[0], "f.toml:2: main.on: must be true or false, not a string");
  EXPECT_EQ(lines[1], "f.toml:3: main.count: out of range: must be 1 to 9");
  EXPECT_EQ(lines[3],
            "f.toml:5: main.wait: must be a duration in quotes such as \"15m\", 1s to 5m, not a whole number");
  EXPECT_EQ(lines[8], "f.toml:11: other.colour: must be one of red, green");
  EXPECT_EQ(lines[11], "environment GATEHOUSE_MAIN_COUNT: main.count: must be a whole number, 1 to 9, not a string");
  EXPECT_EQ(lines[12], "flag --name: main.name: must not hold spaces");
  EXPECT_TRUE(outcome_.failed("main.name"));
  EXPECT_FALSE(outcome_.failed("groups"));
}

TEST_F(ConfigLoader, a_setting_with_a_problem_keeps_its_weaker_value) {
  load_with("main.count = 7\n", {{"GATEHOUSE_MAIN_COUNT", "70"}});
  EXPECT_EQ(sample_.count, 7U);
  EXPECT_EQ(outcome_.origin_of("main.count"), "file f.toml:1");
}

TEST_F(ConfigLoader, refuses_fractions_of_a_unit) {
  EXPECT_EQ(problems_with("main.wait = \"1500ms\"\n"), Lines{"f.toml:1: main.wait: must be a multiple of 1s"});
}

TEST_F(ConfigLoader, refuses_what_one_source_gives_twice) {
  EXPECT_EQ(problems_with("", {}, {{"--count", "main.count", "5"}, {"--count", "main.count", "6"}}),
            Lines{"flag --count: main.count: given twice: flag --count gives it, too; keep one"});
  const auto path = write("key", "x");
  EXPECT_EQ(problems_with("[other]\nkey = \"a\"\nkey_file = \"" + path + "\"\n").size(), 1U);
}

TEST_F(ConfigLoader, judges_the_members_of_rows) {
  EXPECT_EQ(problems_with("[[other.row]]\nmethods = [\"GET\"]\n[[other.row]]\npath = \"a b\"\nmehods = []\n"),
            (Lines{"f.toml:1: other.row.path: is missing; each [[other.row]] needs one",
                   "f.toml:4: other.row.path: must not hold spaces",
                   "f.toml:5: other.row.mehods: unknown setting; did you mean other.row.methods?"}));
  EXPECT_EQ(problems_with("[other.row]\npath = \"/\"\n"),
            Lines{"f.toml:1: other.row: must be a list of tables; write [[other.row]] above each"});
}

TEST_F(ConfigLoader, judges_named_lists) {
  EXPECT_EQ(
      problems_with("[groups]\na = []\nb = \"x\"\nc = [\"y\", 2]\n"),
      (Lines{"f.toml:2: groups.a: must not be empty", "f.toml:3: groups.b: must be a list of strings, not a string",
             "f.toml:4: groups.c: each item must be a string, not a whole number"}));
  EXPECT_EQ(problems_with("groups = 1\n"),
            Lines{"f.toml:1: groups: must be a table, not a whole number; write [groups]"});
  EXPECT_EQ(problems_with("main = 1\n"), Lines{"f.toml:1: main: must be a table, not a whole number; write [main]"});
}

TEST_F(ConfigLoader, a_secret_can_stand_in_a_file_of_its_own) {
  EXPECT_EQ(problems_with("other.key_file = \"" + write("key", "from the file\r\n") + "\"\n"), Lines{});
  EXPECT_EQ(sample_.key.expose(), "from the file");
  EXPECT_EQ(problems_with("", {{"GATEHOUSE_OTHER_KEY_FILE", write("key2", "e")}}), Lines{});
  EXPECT_EQ(sample_.key.expose(), "e");
  EXPECT_EQ(problems_with("other.key_file = \"/nowhere/key\"\n"),
            Lines{"f.toml:1: other.key_file: the file it names can't be read: no such file"});
  EXPECT_EQ(problems_with("other.key_file = \"" + write("empty", "") + "\"\n"),
            Lines{"f.toml:1: other.key_file: must not be empty"});
  EXPECT_EQ(problems_with("main.name_file = \"x\"\n").size(), 1U);  // not a secret
}

TEST_F(ConfigLoader, L02_secrets_show_nowhere) {
  const std::string canary = "canary-5f1c";
  load_with("[other]\nkey = \"" + canary + "\"\n", {{"GATEHOUSE_OTHER_KEY", canary + "2"}},
            {{"--key", "other.key", canary + "\xff"}, {"--unknown", "other.kye", canary}});
  EXPECT_FALSE(outcome_.problems.empty());
  std::string all = show_text(outcome_.entries) + show_json(outcome_.entries);
  for (const auto& problem : outcome_.problems) all += to_string(problem);
  EXPECT_EQ(all.find(canary), std::string::npos);
  EXPECT_NE(all.find("********"), std::string::npos);
}

TEST_F(ConfigLoader, refuses_variables_that_are_not_text) {
  EXPECT_EQ(problems_with("", {{"GATEHOUSE_MAIN_NAME", "\xff"}}),
            Lines{"environment GATEHOUSE_MAIN_NAME: main.name: is not UTF-8 text"});
}

TEST_F(ConfigLoader, a_syntax_error_does_not_hide_what_else_is_wrong) {
  EXPECT_EQ(problems_with("[main\n", {{"GATEHOUSE_MAIN_COUNT", "70"}}).size(), 2U);
}

TEST_F(ConfigLoader, H06_a_file_full_of_mistakes_costs_little) {
  std::string text = "[main]\n";
  std::string rows;
  for (int i = 0; i < 50'000; ++i) {
    text += "cuont" + std::to_string(i) + " = 1\n";
    rows += "[[other.row]]\n";
  }
  EXPECT_EQ(problems_with(text).size(), 101U);
  EXPECT_EQ(outcome_.problems.back().message, "more problems follow");
  EXPECT_EQ(problems_with(rows), Lines{"f.toml:1: other.row: more than 1000 tables"});
}

TEST_F(ConfigLoader, shows_values_defaults_and_origins) {
  load_with("[main]\ncount = 2\n[[other.row]]\npath = \"/\\u001b\"\n");
  const auto text = show_text(outcome_.entries);
  EXPECT_NE(text.find("main.count = 2\n    from file f.toml:2, default 4\n    integer, 1 to 9\n    A count.\n"),
            std::string::npos);
  EXPECT_NE(text.find("main.wait = \"10s\"\n    from default\n"), std::string::npos);
  EXPECT_NE(text.find("other.key = not set\n"), std::string::npos);
  EXPECT_NE(text.find("other.row = [{ path = \"/\\u001b\" }]\n"), std::string::npos);
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_NE(
      show_json(outcome_.entries).find(R"("key":"main.count","value":"2","default":"4","origin":"file f.toml:2")"),
      std::string::npos);
}

}  // namespace
}  // namespace gatehouse::config
