#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "contract/ids.hpp"
#include "platform/base/clock.hpp"
#include "platform/base/random.hpp"

namespace gatehouse::identity {

// How far an import has come; kept in a file beside the input, so that the next run goes on from there. Every line
// before `offset` is done, its account durable or its refusal in the report. Lines behind it may be done as well: they
// are done again, and recognised by their ids.
struct ImportState {
  std::string fingerprint;         // of the input: another file must not go on in its place
  std::uint64_t run_tag = 0;       // random, 34 bits: the ids of this import
  base::TimePoint started_at{};    //
  std::uint64_t offset = 0;        // in the input
  std::uint64_t line = 0;          // the last one before offset
  std::uint64_t imported = 0;      // accounts
  std::uint64_t refused = 0;       // lines, the taken ones included
  std::uint64_t taken = 0;         // lines whose names belong to others
  std::uint64_t report_bytes = 0;  // of the report that belong to lines before offset
  bool finished = false;

  [[nodiscard]] static ImportState begin(std::string fingerprint, const base::Clock& clock, base::Random& random);

  // The id of the account that line `number` becomes: a UUIDv7 (RFC 9562) of the moment the import began, with the line
  // in its counter. The same in every run, so that an account that is there already is known to be this line's.
  [[nodiscard]] contract::AccountId id_of(std::uint64_t number) const;
};

// Size, time of change and the first bytes of a file. Throws std::runtime_error when it can't be read.
[[nodiscard]] std::string fingerprint_of(const std::filesystem::path& file);

// The file of an ImportState. Whoever has it open holds the input, too (flock): one import of a file at a time.
class ImportStateFile {
 public:
  // Throws std::runtime_error when there is no input, or another import holds it.
  ImportStateFile(std::filesystem::path path, const std::filesystem::path& input);
  ~ImportStateFile();
  ImportStateFile(const ImportStateFile&) = delete;
  ImportStateFile& operator=(const ImportStateFile&) = delete;

  // Nothing where no import has begun. Throws std::runtime_error when the file holds something else.
  [[nodiscard]] std::optional<ImportState> load() const;
  // On the disk when it returns, whole or not at all. Throws std::runtime_error.
  void save(const ImportState& state);

 private:
  std::filesystem::path path_;
  int lock_;
};

}  // namespace gatehouse::identity
