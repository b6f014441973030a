#include "app/settings_schema_people.hpp"

#include "app/settings_forms.hpp"

namespace gatehouse::app {

void add_people(config::Schema& s, Settings& m) {
  s.text("webauthn.rp_id", m.webauthn.rp_id, "a host name in lower case", check_host,
         "Whose passkeys these are (relying party id): the host of the pages or a domain above it. A change makes all "
         "passkeys useless. Empty: the host of server.public_url, else localhost.");
  s.list("webauthn.origins", m.webauthn.origins, "origins such as https://app.example", check_origin,
         "Pages that passkeys may be used on, exactly. Empty: server.public_url, else http://localhost and the port.");
  s.boolean("admin.require_second_factor", m.admin.require_second_factor,
            "Whoever acts as an administrator has signed in with two factors.");
}

}  // namespace gatehouse::app
