#include "web/security_headers.hpp"

namespace gatehouse::web {

void set_document_headers(http::Response& response) {
  response.set("Content-Security-Policy",
               "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
               "worker-src 'self'; manifest-src 'none'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; "
               "require-trusted-types-for 'script'; trusted-types gatehouse");
  response.set("Cross-Origin-Opener-Policy", "same-origin");
  response.set("X-Frame-Options", "DENY");  // for what does not know frame-ancestors
  response.set("Permissions-Policy",
               "publickey-credentials-get=(self), publickey-credentials-create=(self), camera=(), microphone=(), "
               "geolocation=(), payment=(), usb=(), display-capture=(), browsing-topics=()");
}

}  // namespace gatehouse::web
