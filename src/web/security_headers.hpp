#pragma once

#include "platform/http/response.hpp"

namespace gatehouse::web {

// What a document of ours may do in a browser: load from this origin alone, run no text as a script, be framed by
// nobody, and use no device but an authenticator.
void set_document_headers(http::Response& response);

}  // namespace gatehouse::web
