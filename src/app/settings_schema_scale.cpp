#include "app/settings_schema_scale.hpp"

#include "app/settings_forms.hpp"

namespace gatehouse::app {
namespace {

using config::Schema;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

void add_database(Schema& s, DatabaseSettings& m) {
  s.secret("database.url", m.url,
           "postgresql://user:password@host1:5432,host2:5432/name?sslmode=verify-full; the host that takes writes is "
           "found among them. Empty: SQLite in data.dir.");
  s.secret("database.replica_url", m.replica_url,
           "A read replica, the same way: for reads that may be some seconds old. Empty: the primary does them.");
  s.integer("database.connections", m.connections, 1, 1'000, "Connections to the primary, one thread each.");
  s.boolean("database.prepared_statements", m.prepared_statements,
            "Keep statements prepared. Set it to false behind PgBouncer in transaction mode.");
  s.duration("database.statement_timeout", m.statement_timeout, milliseconds(100), minutes(5),
             "A statement that takes longer is given up.");
  s.duration("database.connect_timeout", m.connect_timeout, milliseconds(100), minutes(1),
             "To reach a server and sign in there.");
}

void add_cluster(Schema& s, ClusterSettings& m) {
  s.secret("cluster.secret", m.secret,
           "What the processes of one installation know each other by: the same for all, 32 characters or more.");
  s.list("cluster.nodes", m.nodes, "origins such as http://10.0.0.1:9464", check_node_url,
         "server.admin_listen of every process with the role identity. A gate says yes while the database is away only "
         "if it hears from all of them, so name them all.");
  s.path("cluster.ca_file", m.ca_file,
         "The certificates, PEM, that vouch for nodes with https. Empty: those that the system trusts.");
  s.secret("cluster.redis_url", m.redis_url,
           "The Redis that carries the revocation log between processes. Empty: HTTP between them does.");
}

void add_cache(Schema& s, CacheSettings& m) {
  s.secret("cache.redis_url", m.redis_url, "The Redis that caches profiles. Empty: none are cached.");
  s.duration("cache.profile_lifetime", m.profile_lifetime, seconds(1), 24 * hours(1), "How long one is kept.");
}

void add_trace(Schema& s, TraceSettings& m) {
  s.text("trace.endpoint", m.endpoint, "a URL such as http://127.0.0.1:4318/v1/traces", check_trace_endpoint,
         "Where traces go, by OTLP over HTTP. Empty: nowhere.");
  s.number("trace.sample_ratio", m.sample_ratio, 0, 1, "Of the requests whose caller has not decided, this part.");
}

}  // namespace

void add_scale(Schema& schema, Settings& settings) {
  add_database(schema, settings.database);
  add_cluster(schema, settings.cluster);
  add_cache(schema, settings.cache);
  add_trace(schema, settings.trace);
}

}  // namespace gatehouse::app
