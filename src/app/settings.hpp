#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "contract/assurance.hpp"
#include "contract/permission.hpp"
#include "crypto/algorithm.hpp"
#include "crypto/password.hpp"
#include "platform/base/ip_address.hpp"
#include "platform/base/result.hpp"
#include "platform/base/secret.hpp"
#include "platform/config/loader.hpp"
#include "platform/config/problem.hpp"
#include "platform/config/schema.hpp"
#include "platform/limits/rate_limiter.hpp"
#include "platform/limits/sign_in_throttle.hpp"
#include "platform/telemetry/log.hpp"

namespace gatehouse::app {

// Everything that can be configured; each struct is one table of the TOML file, each member one key of it, its
// initialiser the default. Descriptions and permitted values stand in settings_schema.cpp, and from there in
// docs/ops/configuration.md. A Settings that load_settings() returned has passed every check: ranges, forms, and
// combinations that would be unsafe.

// `127.0.0.1:8080`, `[::1]:8080`. Port 0: one that is free.
struct Endpoint {
  base::IpAddress address;
  std::uint16_t port = 0;

  [[nodiscard]] static std::optional<Endpoint> parse(std::string_view text);
  [[nodiscard]] std::string to_string() const;
  friend bool operator==(const Endpoint&, const Endpoint&) = default;
};

struct ServerSettings {
  Endpoint listen{base::IpAddress::from_v4({127, 0, 0, 1}), 8080};
  Endpoint admin_listen{base::IpAddress::from_v4({127, 0, 0, 1}), 9464};  // /livez /readyz /metrics
  std::string public_url{};                                               // an origin; empty: not given
  std::uint32_t loops = 0;                                                // event loops; 0: one a core
  std::vector<std::string> trusted_proxies{"127.0.0.1/32", "::1/128"};
  std::vector<base::Cidr> trusted_networks{};  // the same, parsed; not a setting of its own
  std::filesystem::path tls_certificate{};     // both or neither
  std::filesystem::path tls_key{};
  bool allow_plain_http = false;
  std::chrono::milliseconds drain_delay{0};
  std::chrono::milliseconds drain_timeout{10'000};
  std::uint32_t max_connections = 0;  // 0: half the descriptor limit
  std::uint32_t max_connections_per_address = 50;
  std::chrono::milliseconds header_timeout{5'000};
  std::chrono::milliseconds body_timeout{10'000};
  std::chrono::milliseconds idle_timeout{30'000};
  std::chrono::milliseconds write_timeout{10'000};
  std::chrono::milliseconds request_timeout{10'000};
};

struct ProcessSettings {
  std::vector<std::string> roles{"identity", "gate"};
};

struct DataSettings {
  std::filesystem::path dir{"./gatehouse-data"};
};

// PostgreSQL, where one file no longer does. What has a password is a URL, and a secret as a whole.
struct DatabaseSettings {
  base::Secret url{};          // empty: SQLite in data.dir
  base::Secret replica_url{};  // for reads that may be stale; empty: none
  std::uint32_t connections = 8;
  bool prepared_statements = true;
  std::chrono::milliseconds statement_timeout{5'000};
  std::chrono::milliseconds connect_timeout{2'000};
};

// Several processes of one installation.
struct ClusterSettings {
  base::Secret secret{};             // known to all of them and to nobody else
  std::vector<std::string> nodes{};  // the admin listeners of all processes with the role identity
  std::filesystem::path ca_file{};   // who vouches for https nodes; empty: whom the system trusts
  base::Secret redis_url{};          // carries the revocation log; empty: HTTP does
};

struct CacheSettings {
  base::Secret redis_url{};  // empty: no cache
  std::chrono::seconds profile_lifetime{std::chrono::hours(1)};
};

struct TraceSettings {
  std::string endpoint{};     // OTLP/HTTP; empty: no traces
  double sample_ratio = 0.1;  // of the requests that no caller has decided about
};

struct LogSettings {
  telemetry::Level level = telemetry::Level::info;
  std::filesystem::path file{};  // empty: standard error
};

struct TokenSettings {
  std::string issuer{};  // never empty once loaded: public_url, or the listener's own address
  std::string audience = "gatehouse";
  crypto::Algorithm algorithm = crypto::Algorithm::es256;
  std::chrono::seconds access_lifetime{std::chrono::minutes(15)};
  std::chrono::seconds leeway{5};
  std::chrono::seconds rotation_period{std::chrono::hours(24 * 90)};
};

struct SessionSettings {
  std::chrono::seconds idle{std::chrono::hours(24 * 30)};
  std::chrono::seconds absolute{std::chrono::hours(24 * 90)};
  std::chrono::seconds grace{10};
  std::uint32_t max_per_account = 50;
};

struct PasswordSettings {
  std::uint32_t min_length = 12;  // characters
  std::uint32_t max_length = 256;
  crypto::PasswordCost cost{};     // keys kind, memory_kib, iterations, bcrypt_cost
  std::uint32_t hash_threads = 0;  // 0: one a core, as far as hash_memory_limit allows
  std::uint64_t hash_memory_limit = 256ULL << 20;
  std::uint32_t hash_queue = 64;
  std::chrono::milliseconds hash_max_wait{2'000};
  std::vector<std::string> service_names{"gatehouse"};  // refused as the heart of a password
  std::filesystem::path breached_file{};  // made by `password-filter build`; empty: the shipped list alone
};

// Each rate is two keys: `limit.sign_in_burst` and `limit.sign_in_per_second`.
struct LimitSettings {
  limits::Rate everything{300, 100};         // API requests of one address (IPv6: one /64)
  limits::Rate sign_in{30, 1};               // sign-ins of one address
  limits::Rate registration{20, 0.1};        // registrations of one address
  limits::Rate bad_token{50, 5};             // refused tokens of one address at the gate
  std::uint32_t tracked_keys = 65'536;       // addresses remembered in each tier
  base::Secret redis_url{};                  // where several processes count together; empty: each counts for itself
  limits::SignInThrottleOptions throttle{};  // keys `limit.throttle_…`; max_keys keeps its own default
};

enum class BlockedAddress { challenge, refuse };
enum class NewcomerChallenge { suspicion, always };

// What stands before the throttle (identity/defence).
struct DefenceSettings {
  std::uint32_t address_failures = 5;
  std::chrono::seconds address_window{std::chrono::minutes(15)};
  std::chrono::seconds address_block{std::chrono::hours(1)};
  BlockedAddress blocked = BlockedAddress::challenge;
  std::uint32_t account_failures = 10;
  std::chrono::seconds account_window{std::chrono::minutes(15)};
  std::uint32_t spraying_accounts = 50;
  std::uint32_t stuffing_names = 50;
  double failure_share = 0.3;
  std::chrono::seconds attack_window{std::chrono::minutes(15)};
  std::chrono::seconds suspicion{std::chrono::minutes(15)};
  std::uint32_t busy_queue = 75;  // per cent of password.hash_queue; above 100: never
  std::uint32_t challenge_work = 50'000;
  std::chrono::seconds challenge_lifetime{std::chrono::minutes(5)};
  NewcomerChallenge registration = NewcomerChallenge::suspicion;  // key `defence.challenge_registration`
};

// Where operators are told of what should not wait (identity/alert). URLs are secrets: who has one can send there.
struct AlertSettings {
  base::Secret webhook_url{};
  base::Secret slack_url{};
  std::vector<std::string> email{};  // addresses of operators
  std::filesystem::path ca_file{};   // empty: whom the system trusts
};

enum class GateHeaders { either, original, forwarded };  // X-Original-* (nginx), X-Forwarded-* (Traefik, Caddy)
enum class GateAccess { signed_in, public_, deny };

// One [[gate.rule]]. The order of the file is kept.
struct GateRuleSettings {
  std::string host{};                  // lower case, no port; empty: any
  std::string path{};                  // exact, or a prefix that ends in `/**`
  std::vector<std::string> methods{};  // upper case; empty: any
  GateAccess require = GateAccess::signed_in;
  std::vector<std::string> roles{};                           // any of them is enough
  std::vector<contract::Permission> permissions{};            // each of them is needed
  std::vector<std::string> scopes{};                          // each of them is needed
  std::optional<std::chrono::seconds> max_age{};              // of the sign-in
  contract::Assurance acr = contract::Assurance::one_factor;  // at least
  bool mfa = false;
  bool email_verified = false;
};

struct GateSettings {
  GateHeaders headers = GateHeaders::either;
  GateAccess default_access = GateAccess::signed_in;  // key `gate.default`: where no rule matches
  std::string sign_in_url = "/sign-in";               // empty: none is told
  std::chrono::milliseconds max_staleness{5'000};
  std::uint32_t token_cache_entries = 16'384;  // per loop
  std::vector<GateRuleSettings> rules{};       // key `[[gate.rule]]`
};

// Where the key that seals all other keys comes from: the first of these that is given, else <data.dir>/master.key,
// which is made on the first start. The one before, while it is being replaced, comes from the same places: its
// credential has the name of the other and "-previous" behind it, its file in data.dir is master.key.previous.
struct MasterKeySettings {
  base::Secret value{};
  std::filesystem::path file{};
  std::string credential = "gatehouse-master-key";  // a systemd credential; used only where systemd gives one
  base::Secret previous_value{};
  std::filesystem::path previous_file{};
};

// Letters to accounts. Without a server they become files in <data.dir>/mail.
struct MailSettings {
  base::Secret smtp_url{};  // smtp://user:password@host:587; empty: the folder
  std::string from = "no-reply@localhost";
  std::string locale = "en";
  std::filesystem::path ca_file{};
  bool allow_plaintext = false;
  std::chrono::milliseconds timeout{30'000};
  std::filesystem::path templates{};  // empty: the built-in ones
};

// Events told to other programs. Which, and to whom, administrators say over HTTP.
struct WebhookSettings {
  bool allow_http = false;
  bool allow_private = false;  // addresses of this machine and of private networks
  std::vector<std::string> allowed_hosts{};
  std::filesystem::path ca_file{};
  std::chrono::milliseconds timeout{10'000};
  std::chrono::seconds disable_after{std::chrono::hours(72)};  // of failures without a success
  unsigned deliveries = 4;                                     // at once, each to another endpoint
};
// What an e-mail address given at the registration is believed.
enum class VerifyEmail { off, ask, require };

struct RegistrationSettings {
  VerifyEmail verify_email = VerifyEmail::ask;
  bool enabled = true;
  std::vector<std::string> default_roles{"member"};
};

// How long what concerns people is kept; docs/ops/retention.md has all of it.
struct PrivacySettings {
  std::chrono::seconds deletion_grace{std::chrono::hours(24 * 7)};
  std::chrono::seconds keep_ended_sessions{std::chrono::hours(24 * 30)};
  std::chrono::seconds keep_known_devices{std::chrono::hours(24 * 365)};
  std::chrono::seconds keep_dead_jobs{std::chrono::hours(24 * 30)};
  std::chrono::seconds keep_errors{std::chrono::hours(24 * 30)};
  std::chrono::seconds keep_letters{std::chrono::hours(24 * 30)};
  std::chrono::seconds keep_erased_ids{std::chrono::hours(24 * 400)};  // longer than any backup
};

// The pages for people, which a process with the role identity serves.
struct PagesSettings {
  bool enabled = true;
  std::string name = "Gatehouse";
  std::filesystem::path logo_file{};     // SVG, PNG or WebP; empty: none
  std::string accent{};                  // `#rrggbb`; empty: our own
  std::string accent_dark{};             // the same on dark ground
  std::vector<std::string> languages{};  // of those built in; empty: all
  std::vector<std::string> return_origins{};
};

struct WebauthnSettings {
  std::string rp_id{};                 // never empty once loaded: the host of public_url, or localhost
  std::vector<std::string> origins{};  // never empty once loaded: public_url, or http://localhost and the port
};

struct AdminSettings {
  bool require_second_factor = true;
};

struct AuditSettings {
  std::chrono::seconds retention{std::chrono::hours(24 * 365)};  // 0: for ever
};

struct Settings {
  Settings();

  // Where browsers find this installation: server.public_url, or the listener's own address.
  [[nodiscard]] std::string origin() const;

  // Whether this process has the role.
  [[nodiscard]] bool runs(std::string_view role) const;

  ServerSettings server;
  ProcessSettings process;
  DataSettings data;
  DatabaseSettings database;
  ClusterSettings cluster;
  CacheSettings cache;
  LogSettings log;
  TraceSettings trace;
  TokenSettings token;
  SessionSettings session;
  PasswordSettings password;
  LimitSettings limit;
  DefenceSettings defence;
  AlertSettings alert;
  GateSettings gate;
  MasterKeySettings master_key;
  RegistrationSettings registration;
  PagesSettings pages;
  MailSettings mail;
  WebhookSettings webhook;
  WebauthnSettings webauthn;
  AdminSettings admin;
  AuditSettings audit;
  PrivacySettings privacy;
  contract::RolePermissions roles;  // [roles]: given in the file, it replaces the default roles as a whole
};

// What a setting may be given by, besides its default.
struct SettingsSources {
  std::optional<std::filesystem::path> file{};  // none: $GATEHOUSE_CONFIG, if set; no other place is looked at
  config::Environment environment{};            // all variables; only GATEHOUSE_* and $STATE_DIRECTORY count
  std::vector<config::Flag> flags{};            // {"--listen", "server.listen", "127.0.0.1:8080"}
};

struct LoadedSettings {
  Settings settings;
  std::vector<config::Entry> entries;  // each setting as `config show` prints it: secrets masked
};

// Reads, checks and completes. Success: settings that can be used as they are. Otherwise everything that is wrong with
// them, in the order it was met, never empty. Reads the file and what `_file` settings name; touches nothing else.
[[nodiscard]] base::Result<LoadedSettings, std::vector<config::Problem>> load_settings(const SettingsSources& sources);

// The same for a file's text that is already at hand, called `name` in problems.
[[nodiscard]] base::Result<LoadedSettings, std::vector<config::Problem>> load_settings_from_text(
    std::string_view name, std::string_view text, const SettingsSources& sources = {});

// The process's own environment, as sources want it.
[[nodiscard]] config::Environment process_environment();

// The table of all settings, bound to `settings`, which must outlive it.
[[nodiscard]] config::Schema settings_schema(Settings& settings);

}  // namespace gatehouse::app
