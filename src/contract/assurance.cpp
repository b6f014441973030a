#include "contract/assurance.hpp"

#include <algorithm>

namespace gatehouse::contract {

std::string_view acr_of(Assurance assurance) {
  switch (assurance) {
    case Assurance::one_factor: return "urn:gatehouse:acr:1fa";
    case Assurance::two_factors: return "urn:gatehouse:acr:2fa";
    case Assurance::phishing_resistant: return "phr";
  }
  return "urn:gatehouse:acr:1fa";
}

Assurance assurance_of_acr(std::string_view acr) {
  if (acr == acr_of(Assurance::phishing_resistant)) return Assurance::phishing_resistant;
  if (acr == acr_of(Assurance::two_factors)) return Assurance::two_factors;
  return Assurance::one_factor;
}

Assurance assurance_of_amr(const std::vector<std::string>& amr) {
  const auto has = [&](std::string_view method) { return std::ranges::find(amr, method) != amr.end(); };
  if (!has("mfa")) return Assurance::one_factor;
  return has("hwk") || has("swk") ? Assurance::phishing_resistant : Assurance::two_factors;
}

}  // namespace gatehouse::contract
