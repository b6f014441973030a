#include "app/settings.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "platform/config/text.hpp"

namespace gatehouse::app {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

std::vector<config::Problem> problems_of(std::string_view text, config::Environment environment = {}) {
  SettingsSources sources;
  sources.environment = std::move(environment);
  auto loaded = load_settings_from_text("gatehouse.toml", text, sources);
  return loaded ? std::vector<config::Problem>() : loaded.error();
}

// The one problem of a text, as its line; a text that says so when there are none or several.
std::string problem_of(std::string_view text) {
  const auto problems = problems_of(text);
  if (problems.size() == 1) return to_string(problems[0]);
  std::string all = std::to_string(problems.size()) + " problems";
  for (const auto& problem : problems) all += "\n" + to_string(problem);
  return all;
}

bool begins(const std::string& text, std::string_view with) { return text.starts_with(with); }

Settings settings_of(std::string_view text) {
  auto loaded = load_settings_from_text("gatehouse.toml", text);
  EXPECT_TRUE(loaded) << problem_of(text);
  return loaded ? std::move(loaded->settings) : Settings();
}

TEST(Settings, without_configuration_they_are_safe_and_complete) {
  const auto loaded = load_settings({});
  ASSERT_TRUE(loaded);
  const auto& s = loaded->settings;
  EXPECT_EQ(s.server.listen.to_string(), "127.0.0.1:8080");
  EXPECT_EQ(s.token.issuer, "http://127.0.0.1:8080");
  EXPECT_EQ(s.server.trusted_networks.size(), 2U);
  EXPECT_EQ(s.session.idle, hours(24 * 30));
  EXPECT_EQ(s.token.access_lifetime, minutes(15));
  EXPECT_EQ(s.gate.default_access, GateAccess::signed_in);
  EXPECT_TRUE(contract::any_role_grants(s.roles, {"admin"}, *contract::Permission::parse("account:manage")));
  EXPECT_TRUE(contract::any_role_grants(s.roles, {"member"}, *contract::Permission::parse("profile:read:own")));
  EXPECT_FALSE(contract::any_role_grants(s.roles, {"member"}, *contract::Permission::parse("profile:read:any")));
}

TEST(Settings, every_default_passes_its_own_check) {
  const auto loaded = load_settings({});
  ASSERT_TRUE(loaded);
  for (const auto& entry : loaded->entries) {
    if (entry.type.starts_with("list of tables") || entry.type == "secret" || entry.type == "table of lists") continue;
    const auto dot = entry.key.rfind('.');
    const std::string text =
        "[" + entry.key.substr(0, dot) + "]\n" + entry.key.substr(dot + 1) + " = " + entry.default_text + "\n";
    EXPECT_TRUE(problems_of(text).empty()) << problem_of(text);
  }
}

TEST(Settings, no_two_settings_share_a_variable) {
  Settings settings;
  const auto schema = settings_schema(settings);
  std::set<std::string> variables;
  for (const auto& setting : schema.settings()) {
    EXPECT_TRUE(variables.insert(config::variable_of(setting.key)).second) << setting.key;
    EXPECT_FALSE(setting.description.empty()) << setting.key;
    EXPECT_TRUE(setting.description.ends_with('.')) << setting.key;
  }
}

TEST(Settings, issuer_follows_the_public_url) {
  EXPECT_EQ(settings_of("[server]\npublic_url = \"https://app.example\"\n").token.issuer, "https://app.example");
  EXPECT_EQ(settings_of("[server]\npublic_url = \"https://app.example\"\n[token]\nissuer = \"https://id.example\"\n")
                .token.issuer,
            "https://id.example");
}

TEST(Settings, flags_and_environment_override_the_file) {
  SettingsSources sources;
  sources.environment = {{"GATEHOUSE_TOKEN_AUDIENCE", "shop"}, {"STATE_DIRECTORY", "/var/lib/gatehouse"}};
  sources.flags = {{"--listen", "server.listen", "127.0.0.1:0"}, {"--roles", "process.roles", "identity"}};
  const auto loaded = load_settings_from_text("f", "[token]\naudience = \"x\"\n", sources);
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->settings.token.audience, "shop");
  EXPECT_EQ(loaded->settings.server.listen.port, 0);
  EXPECT_EQ(loaded->settings.process.roles, std::vector<std::string>{"identity"});
  EXPECT_EQ(loaded->settings.data.dir, "/var/lib/gatehouse");
}

TEST(Settings, reads_rules_with_all_their_conditions) {
  const auto s = settings_of(
      "[[gate.rule]]\nhost = \"app.example\"\npath = \"/admin/**\"\nmethods = [\"GET\"]\nroles = [\"admin\"]\n"
      "permissions = [\"order:read:own\", \"order:list\"]\nscopes = [\"orders\"]\nmax_age = \"10m\"\nmfa = true\n"
      "[[gate.rule]]\npath = \"/\"\nrequire = \"public\"\n");
  ASSERT_EQ(s.gate.rules.size(), 2U);
  const auto& rule = s.gate.rules[0];
  EXPECT_EQ(rule.host, "app.example");
  EXPECT_EQ(rule.permissions.size(), 2U);
  EXPECT_EQ(rule.max_age, minutes(10));
  EXPECT_TRUE(rule.mfa);
  EXPECT_EQ(s.gate.rules[1].require, GateAccess::public_);
}

TEST(Settings, roles_of_the_file_replace_the_default_ones) {
  const auto s = settings_of("[roles]\nmember = [\"*:read:own\"]\n");
  EXPECT_EQ(s.roles.size(), 1U);
  EXPECT_EQ(s.roles.at("member").front().action, "read");
}

TEST(Settings, a_missing_file_is_a_problem_of_its_own) {
  SettingsSources sources;
  sources.environment = {{"GATEHOUSE_CONFIG", "/nowhere/gatehouse.toml"}};
  const auto loaded = load_settings(sources);
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error()[0].where, "/nowhere/gatehouse.toml");
}

TEST(Settings, variables_that_kubernetes_sets_are_not_ours) {
  EXPECT_TRUE(problems_of("", {{"GATEHOUSE_SERVICE_HOST", "10.0.0.1"},
                               {"GATEHOUSE_PORT", "tcp://10.0.0.1:80"},
                               {"GATEHOUSE_PORT_80_TCP_PROTO", "tcp"}})
                  .empty());
  EXPECT_EQ(problems_of("", {{"GATEHOUSE_LOGLEVEL", "info"}}).size(), 1U);
}

struct Unsafe {
  const char* what;
  const char* text;
  const char* begins_with;
};

class UnsafeSettings : public testing::TestWithParam<Unsafe> {};

TEST_P(UnsafeSettings, refuses) {
  const auto line = problem_of(GetParam().text);
  EXPECT_TRUE(begins(line, GetParam().begins_with)) << line;
}

INSTANTIATE_TEST_SUITE_P(
    Settings, UnsafeSettings,
    testing::Values(
        Unsafe{"plain_http_on_the_network", "[server]\nlisten = \"0.0.0.0:8080\"\n",
               "gatehouse.toml:2: server.listen: plain HTTP for other machines"},
        Unsafe{"plain_http_beside_a_proxy_elsewhere",
               "[server]\nlisten = \"10.1.0.5:8080\"\ntrusted_proxies = [\"10.2.0.0/16\"]\n",
               "gatehouse.toml:2: server.listen: plain HTTP for other machines"},
        Unsafe{"certificate_without_key", "[server]\ntls_certificate = \"c.pem\"\n",
               "gatehouse.toml:2: server.tls_certificate: a TLS certificate and its key"},
        Unsafe{"key_without_certificate", "[server]\ntls_key = \"k.pem\"\n",
               "gatehouse.toml:2: server.tls_key: a TLS certificate and its key"},
        Unsafe{"trusting_everybody", "[server]\ntrusted_proxies = [\"0.0.0.0/0\"]\n",
               "gatehouse.toml:2: server.trusted_proxies: must not hold everybody (0.0.0.0/0)"},
        Unsafe{"public_url_in_plain_http", "[server]\npublic_url = \"http://app.example\"\n",
               "gatehouse.toml:2: server.public_url: must be https://"},
        Unsafe{"one_address_twice", "[server]\nadmin_listen = \"127.0.0.1:8080\"\n",
               "gatehouse.toml:2: server.admin_listen: both listeners"},
        Unsafe{"roles_that_do_not_exist_yet", "[process]\nroles = [\"messaging\"]\n",
               "gatehouse.toml:2: process.roles: messaging and booking are not part"},
        Unsafe{"no_role", "[process]\nroles = []\n", "gatehouse.toml:2: process.roles: a process without a role"},
        Unsafe{"short_passwords", "[password]\nmin_length = 7\n",
               "gatehouse.toml:2: password.min_length: out of range: must be 8 to 64"},
        Unsafe{"cheap_hashes", "[password]\nmemory_kib = 8192\n",
               "gatehouse.toml:2: password.memory_kib: argon2id this cheap"},
        Unsafe{"hashes_beyond_their_memory", "[password]\nhash_threads = 64\n",
               "gatehouse.toml:2: password.hash_threads: the hashes of"},
        Unsafe{"absolute_below_idle", "[session]\nabsolute = \"10d\"\n",
               "gatehouse.toml:2: session.absolute: a session would expire"},
        Unsafe{"idle_below_token", "[session]\nidle = \"6m\"\n",
               "gatehouse.toml:2: session.idle: a session would expire before its access token"},
        Unsafe{"long_tokens", "[token]\naccess_lifetime = \"2h\"\n",
               "gatehouse.toml:2: token.access_lifetime: out of range: must be 1m to 1h"},
        Unsafe{"unknown_permission_syntax", "[roles]\nadmin = [\"*:*\"]\nmember = [\"everything\"]\n",
               "gatehouse.toml:3: roles.member: each permission must be"},
        Unsafe{"default_role_unknown", "[roles]\nadmin = [\"*:*\"]\n",
               "gatehouse.toml:1: roles: [roles] has no role of that name"},
        Unsafe{"registering_as_admin", "[registration]\ndefault_roles = [\"admin\"]\n",
               "gatehouse.toml:2: registration.default_roles: whoever registers"},
        Unsafe{"rule_with_unknown_permission_syntax", "[[gate.rule]]\npath = \"/\"\npermissions = [\"a\"]\n",
               "gatehouse.toml:3: gate.rule.permissions: each item must be"},
        Unsafe{"rule_path_relative", "[[gate.rule]]\npath = \"a\"\n", "gatehouse.toml:2: gate.rule.path: must begin"},
        Unsafe{"rule_path_climbing", "[[gate.rule]]\npath = \"/a/../b\"\n",
               "gatehouse.toml:2: gate.rule.path: must begin"},
        Unsafe{"rule_without_path", "[[gate.rule]]\nrequire = \"deny\"\n",
               "gatehouse.toml:1: gate.rule.path: is missing"},
        Unsafe{"public_rule_that_asks", "[[gate.rule]]\npath = \"/\"\nrequire = \"public\"\nmfa = true\n",
               "gatehouse.toml:1: gate.rule: rule 1 asks for something"},
        Unsafe{"rule_with_unknown_role", "[[gate.rule]]\npath = \"/\"\nroles = [\"amdin\"]\n",
               "gatehouse.toml:1: gate.rule: rule 1 names a role"},
        Unsafe{"rule_twice", "[[gate.rule]]\npath = \"/\"\n[[gate.rule]]\npath = \"/\"\nrequire = \"deny\"\n",
               "gatehouse.toml:1: gate.rule: rule 2 has the host, path and methods"},
        Unsafe{"passkeys_of_another_domain",
               "[server]\npublic_url = \"https://app.example\"\n[webauthn]\nrp_id = \"other.example\"\n",
               "gatehouse.toml:4: webauthn.rp_id: no browser uses the passkeys"},
        Unsafe{"passkeys_of_a_name_that_only_ends_alike",
               "[webauthn]\nrp_id = \"app.example\"\norigins = [\"https://notapp.example\"]\n",
               "gatehouse.toml:2: webauthn.rp_id: no browser uses the passkeys"},
        Unsafe{"passkeys_of_several_origins_without_a_name",
               "[webauthn]\norigins = [\"https://a.example\", \"https://b.example\"]\n",
               "gatehouse.toml:2: webauthn.origins: several origins need a name"},
        Unsafe{"passkeys_without_tls", "[webauthn]\norigins = [\"http://app.example\"]\n",
               "gatehouse.toml:2: webauthn.origins: must be https://"},
        Unsafe{"master_key_twice", "[master_key]\nvalue = \"x\"\nfile = \"y\"\n",
               "gatehouse.toml:3: master_key.file: the master key is given twice"},
        Unsafe{"previous_master_key_twice", "[master_key]\nprevious_value = \"x\"\nprevious_file = \"y\"\n",
               "gatehouse.toml:3: master_key.previous_file: the previous master key is given twice"}),
    [](const auto& test) { return std::string(test.param.what); });

TEST(Settings, other_machines_may_be_served_by_tls_a_named_proxy_or_on_purpose) {
  for (const char* text : {"listen = \"0.0.0.0:443\"\ntls_certificate = \"c\"\ntls_key = \"k\"\n",
                           "listen = \"10.2.0.5:8080\"\ntrusted_proxies = [\"10.2.0.0/16\"]\n",
                           "listen = \"0.0.0.0:8080\"\ntrusted_proxies = [\"10.2.0.0/16\"]\n",
                           "listen = \"[::]:8080\"\nallow_plain_http = true\n"}) {
    EXPECT_TRUE(problems_of("[server]\n" + std::string(text)).empty()) << text;
  }
}

TEST(Settings, passkeys_belong_to_the_pages_unless_somebody_says_more) {
  const auto usual = settings_of("[server]\npublic_url = \"https://app.example:8443\"\n").webauthn;
  EXPECT_EQ(usual.rp_id, "app.example");
  EXPECT_EQ(usual.origins, std::vector<std::string>{"https://app.example:8443"});
  const auto embedded = settings_of("[server]\nlisten = \"127.0.0.1:8081\"\n").webauthn;
  EXPECT_EQ(embedded.rp_id, "localhost");
  EXPECT_EQ(embedded.origins, std::vector<std::string>{"http://localhost:8081"});
  const auto several = settings_of(
      "[webauthn]\nrp_id = \"example.org\"\n"
      "origins = [\"https://a.example.org\", \"https://example.org\"]\n");
  EXPECT_EQ(several.webauthn.rp_id, "example.org");
  EXPECT_EQ(several.webauthn.origins.size(), 2U);
}

TEST(Settings, a_setting_that_is_wrong_is_not_judged_again_in_combination) {
  EXPECT_TRUE(begins(problem_of("[server]\ntls_certificate = 1\ntls_key = \"k\"\n"),
                     "gatehouse.toml:2: server.tls_certificate: must be a string"));
}

TEST(Settings, processes_that_work_together_share_a_secret_that_cannot_be_guessed) {
  const std::string nodes = "[cluster]\nnodes = [\"http://10.0.0.1:9464\"]\n";
  EXPECT_TRUE(begins(problem_of(nodes), "gatehouse.toml:2: cluster.nodes: processes that work together"))
      << problem_of(nodes);
  EXPECT_TRUE(problem_of(nodes + "secret = \"short\"\n").find("it could be guessed") != std::string::npos);
  EXPECT_TRUE(problems_of(nodes + "secret = \"0123456789abcdef0123456789abcdef\"\n").empty());
  EXPECT_TRUE(problem_of("[limit]\nredis_url = \"redis://127.0.0.1\"\n").find("share") != std::string::npos);
}

TEST(Settings, a_gate_of_its_own_must_have_somebody_to_hear_from) {
  EXPECT_TRUE(problem_of("[process]\nroles = [\"gate\"]\n").find("cluster.nodes") != std::string::npos);
}

TEST(Settings, database_urls_name_postgresql_and_never_show) {
  EXPECT_TRUE(problem_of("[database]\nurl = \"mysql://x\"\n").find("postgresql://") != std::string::npos);
  EXPECT_TRUE(problem_of("[database]\nreplica_url = \"postgresql://h/d\"\n").find("primary") != std::string::npos);
  const std::string url = "[database]\nurl = \"postgresql://gatehouse:canary@h/d\"\n";
  EXPECT_EQ(settings_of(url).database.url.expose(), "postgresql://gatehouse:canary@h/d");
  const auto loaded = load_settings_from_text("gatehouse.toml", url);
  for (const auto& entry : loaded->entries) {
    EXPECT_EQ(entry.value_text.find("canary"), std::string::npos) << entry.key;
  }
}

}  // namespace
}  // namespace gatehouse::app
