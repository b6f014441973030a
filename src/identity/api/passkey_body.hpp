#pragma once

#include <boost/json/object.hpp>

#include "identity/api/json_body.hpp"
#include "identity/factor/passkeys.hpp"

namespace gatehouse::identity {

// A PublicKeyCredential as a browser's toJSON() writes it (WebAuthn level 3, section 5.1; the bytes are base64url), and
// the options as parseCreationOptionsFromJSON() and parseRequestOptionsFromJSON() read them.

// The member `credential`. Note in `body` what is missing or is not base64url; members for other purposes
// (clientExtensionResults, authenticatorAttachment, publicKey …) are passed over.
[[nodiscard]] PasskeyAnswer read_passkey_answer(JsonBody& body);
[[nodiscard]] NewPasskeyAnswer read_new_passkey_answer(JsonBody& body);

[[nodiscard]] boost::json::object request_view(const PasskeyRequest& request);
[[nodiscard]] boost::json::object creation_view(const PasskeyCreation& creation);

}  // namespace gatehouse::identity
