#include "identity/factor/otpauth.hpp"

#include <utility>

#include "platform/base/encoding.hpp"

namespace gatehouse::identity {
base::Secret otpauth_uri(const OtpauthLabel& label, const base::Secret& base32_key) {
  std::string uri = "otpauth://totp/";
  base::percent_encode(label.service, uri);
  uri += ':';
  base::percent_encode(label.account, uri);
  uri.append("?secret=").append(base32_key.expose()).append("&issuer=");
  base::percent_encode(label.service, uri);
  uri += "&algorithm=SHA1&digits=6&period=30";
  return base::Secret(std::move(uri));
}

}  // namespace gatehouse::identity
