#include "identity/api/passkey_body.hpp"

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "crypto/webauthn/cose_key.hpp"
#include "platform/base/encoding.hpp"

namespace gatehouse::identity {
namespace {

constexpr std::string_view kField = "credential";

std::string_view text_of(const boost::json::object& object, std::string_view name) {
  const auto* const value = object.if_contains(name);
  const auto* const text = value != nullptr ? value->if_string() : nullptr;
  return text != nullptr ? std::string_view(text->data(), text->size()) : std::string_view();
}

// Reads the members of one credential; whatever is wrong with it is one complaint.
class CredentialReader {
 public:
  explicit CredentialReader(JsonBody& body) : body_(body) {
    auto credential = body.required_object(kField);
    noted_ = !credential;
    if (credential) credential_ = std::move(*credential);
    const auto* const response = credential_.if_contains("response");
    if (response != nullptr && response->is_object()) response_ = response->get_object();
    wrong_ = text_of(credential_, "type") != "public-key";
  }
  // After the last reader.
  void finish() {
    if (wrong_ && !noted_) body_.reject(kField, "must be a PublicKeyCredential as toJSON() gives it");
  }

  std::string id() { return bytes(credential_, "id"); }
  std::string response(std::string_view name) { return bytes(response_, name); }
  // Empty when it is not there; browsers write null, too.
  std::string optional_response(std::string_view name) {
    const auto* const value = response_.if_contains(name);
    return value == nullptr || value->is_null() ? std::string() : bytes(response_, name);
  }
  // Words that we know, and no others: they are given back to browsers.
  std::vector<std::string> transports() const {
    constexpr std::array<std::string_view, 6> kKnown{"ble", "hybrid", "internal", "nfc", "smart-card", "usb"};
    std::vector<std::string> known;
    const auto* const value = response_.if_contains("transports");
    if (value == nullptr || !value->is_array()) return known;
    for (const auto word : kKnown) {
      const bool there = std::ranges::any_of(
          value->get_array(), [&](const auto& element) { return element.is_string() && element.get_string() == word; });
      if (there) known.emplace_back(word);
    }
    return known;
  }

 private:
  std::string bytes(const boost::json::object& object, std::string_view name) {
    auto decoded = base::base64url_decode(text_of(object, name));
    if (!decoded || decoded->empty()) wrong_ = true;
    return decoded ? std::move(*decoded) : std::string();
  }

  JsonBody& body_;
  boost::json::object credential_;
  boost::json::object response_;
  bool wrong_ = false;
  bool noted_ = false;  // there is no object at all, and that was said
};

boost::json::array descriptors(const std::vector<Passkey>& passkeys) {
  boost::json::array array;
  for (const auto& passkey : passkeys) {
    boost::json::array transports;
    for (const auto& transport : passkey.transports) transports.emplace_back(transport);
    boost::json::object one{{"type", "public-key"}, {"id", base::base64url_encode(passkey.credential_id)}};
    if (!transports.empty()) one["transports"] = std::move(transports);
    array.push_back(std::move(one));
  }
  return array;
}

std::int64_t milliseconds(std::chrono::seconds time) { return std::chrono::milliseconds(time).count(); }

}  // namespace

PasskeyAnswer read_passkey_answer(JsonBody& body) {
  CredentialReader reader(body);
  PasskeyAnswer answer;
  answer.credential_id = reader.id();
  answer.assertion.client_data_json = reader.response("clientDataJSON");
  answer.assertion.authenticator_data = reader.response("authenticatorData");
  answer.assertion.signature = reader.response("signature");
  answer.user_handle = reader.optional_response("userHandle");
  reader.finish();
  return answer;
}

NewPasskeyAnswer read_new_passkey_answer(JsonBody& body) {
  CredentialReader reader(body);
  NewPasskeyAnswer answer;
  answer.registration.client_data_json = reader.response("clientDataJSON");
  answer.registration.attestation_object = reader.response("attestationObject");
  answer.transports = reader.transports();
  reader.finish();
  return answer;
}

boost::json::object request_view(const PasskeyRequest& request) {
  return {{"challenge", base::base64url_encode(request.challenge)},
          {"rpId", request.relying_party},
          {"allowCredentials", descriptors(request.allowed)},
          {"userVerification", request.user_verified ? "required" : "preferred"},
          {"timeout", milliseconds(request.timeout)}};
}

boost::json::object creation_view(const PasskeyCreation& creation) {
  boost::json::array algorithms;
  for (const int algorithm : {crypto::webauthn::kEs256, crypto::webauthn::kEdDsa, crypto::webauthn::kRs256}) {
    algorithms.push_back(boost::json::object{{"type", "public-key"}, {"alg", algorithm}});
  }
  return {{"challenge", base::base64url_encode(creation.challenge)},
          {"rp", {{"id", creation.relying_party}, {"name", creation.service_name}}},
          {"user",
           {{"id", base::base64url_encode(creation.user_handle)},
            {"name", creation.username},
            {"displayName", creation.display_name}}},
          {"pubKeyCredParams", std::move(algorithms)},
          {"excludeCredentials", descriptors(creation.existing)},
          // A passkey that can be found without a name, where the authenticator has room for one.
          {"authenticatorSelection",
           {{"residentKey", "preferred"}, {"requireResidentKey", false}, {"userVerification", "preferred"}}},
          {"attestation", "none"},
          {"timeout", milliseconds(creation.timeout)}};
}

}  // namespace gatehouse::identity
