#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "contract/revocation.hpp"

namespace gatehouse::feed {

// Rows of the log as a journal holds them and a message carries them, one behind the other, big-endian:
// kind (1) ‖ size of the key (1) ‖ key ‖ min_epoch (8) ‖ until in Unix ms (8). 34 bytes for a session. `seq` is the
// database's and stays behind: who follows a journal counts its positions.
//
// A key of more than kMaxKeyBytes is cut: a gate looks at its first 127 bytes alone.
inline constexpr std::size_t kMaxKeyBytes = 255;
inline constexpr std::size_t kMaxRowBytes = 2 + kMaxKeyBytes + 16;

void append_row(std::string& out, const contract::Revocation& row);

// Exactly `count` rows and nothing behind them; nothing for whatever append_row would not write.
[[nodiscard]] std::optional<std::vector<contract::Revocation>> read_rows(std::string_view bytes, std::size_t count);

// The bytes that the first `count` rows take. REQUIRES: written by append_row, at least so many.
[[nodiscard]] std::size_t size_of_rows(std::string_view bytes, std::size_t count);

}  // namespace gatehouse::feed
