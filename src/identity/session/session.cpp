#include "identity/session/session.hpp"

namespace gatehouse::identity {

std::string_view to_string(EndReason reason) {
  switch (reason) {
    case EndReason::sign_out: return "sign_out";
    case EndReason::ended_by_owner: return "ended_by_owner";
    case EndReason::ended_by_admin: return "ended_by_admin";
    case EndReason::session_limit: return "session_limit";
    case EndReason::password_changed: return "password_changed";
    case EndReason::account_disabled: return "account_disabled";
    case EndReason::factor_removed: return "factor_removed";
    case EndReason::account_erased: return "account_erased";
    case EndReason::replaced: return "replaced";
    case EndReason::refresh_reuse: return "refresh_reuse";
  }
  return "unknown";
}

}  // namespace gatehouse::identity
