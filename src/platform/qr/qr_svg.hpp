#pragma once

#include <cstddef>
#include <string>

#include "platform/base/secret.hpp"

namespace gatehouse::qr {

inline constexpr std::size_t kLongestText = 2'000;  // bytes

// `text` as a QR code (ISO/IEC 18004, error correction M) in one SVG element: dark on white with the quiet zone that
// readers need, without script, style or anything from outside. It is as secret as its text. Thread-safe.
// REQUIRES: 1 to kLongestText bytes of UTF-8 without NUL.
[[nodiscard]] base::Secret to_svg(const base::Secret& text);

}  // namespace gatehouse::qr
