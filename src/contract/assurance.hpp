#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::contract {

// How well somebody has shown who they are, in rising order; what `acr` says in an access token, and what a route or a
// rule of the gate may ask for (RFC 9470).
enum class Assurance : std::uint8_t {
  one_factor,          // urn:gatehouse:acr:1fa
  two_factors,         // urn:gatehouse:acr:2fa
  phishing_resistant,  // phr (OpenID Connect EAP ACR Values): two factors, one of them bound to this very origin
};

[[nodiscard]] std::string_view acr_of(Assurance assurance);
// The lowest for a text that is none of them.
[[nodiscard]] Assurance assurance_of_acr(std::string_view acr);
// What the methods of a sign-in (`amr`, RFC 8176) amount to.
[[nodiscard]] Assurance assurance_of_amr(const std::vector<std::string>& amr);

}  // namespace gatehouse::contract
