#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "contract/ids.hpp"
#include "platform/base/clock.hpp"
#include "platform/base/uuid.hpp"
#include "platform/db/transaction.hpp"

namespace gatehouse::identity {

// What somebody who reads a mailbox may do by showing it. Stored by name.
enum class ProofPurpose : std::uint8_t {
  verify_email,    // the address an account was registered with becomes its own
  change_email,    // another address takes the place of the account's
  restore_email,   // sent to the address that was replaced: puts it back
  reset_password,  //
};
[[nodiscard]] std::string_view to_string(ProofPurpose purpose);

// A code is guessed at 40 bits: so often within this time of the first try, and then only the link is good.
inline constexpr int kMaxCodeAttempts = 5;
inline constexpr std::chrono::minutes kCodeAttemptsLast{30};

// As many open proofs of one purpose are looked at, the newest. REQUIRES of whoever makes them: no more mails within
// their lifetime.
inline constexpr int kProofsLookedAt = 3;

struct MailProof {
  base::Uuid id;                // random; the link's token and the code are MACs over it
  contract::AccountId account;  // nil: nobody's
  ProofPurpose purpose = ProofPurpose::verify_email;
  std::string email_index;  // of the address that the mail goes to
  std::string
      email_sealed{};  // that address under the account's data key; empty: it is the one in the account's profile
  base::TimePoint created_at;
  base::TimePoint expires_at;
};

// What a code is compared with.
struct OpenProof {
  base::Uuid id;
  contract::AccountId account;  // nil: nobody's
};

// The tables `mail_proof` and `code_attempt`. Works inside the caller's transaction; stateless, thread-safe. A proof is
// open until it is consumed or closed, or expires.
class MailProofStore {
 public:
  void add(db::Transaction& tx, const MailProof& proof) const;

  // Open or not, whatever it is for: where its mail goes. Nothing: swept, or gone with its account.
  [[nodiscard]] std::optional<MailProof> find(db::Transaction& tx, base::Uuid id) const;
  // Changes nothing: a mail scanner that looks at a link does not use it up.
  [[nodiscard]] std::optional<MailProof> find_open(db::Transaction& tx, base::Uuid id, ProofPurpose purpose,
                                                   base::TimePoint now) const;

  // The atomic step: of all who present a proof, and of all open proofs of one account and purpose, one is consumed
  // and the others are closed with it. Nothing: it was not open. Of restore_email only younger ones are: whoever stole
  // an account and moves it on once more must not close, with the link to his first mailbox, the owner's.
  [[nodiscard]] std::optional<MailProof> consume(db::Transaction& tx, base::Uuid id, ProofPurpose purpose,
                                                 base::TimePoint now) const;

  // Counts one try of a code for `subject`, an account's or an address's bytes; false once kMaxCodeAttempts were tried
  // in kCodeAttemptsLast: whoever asks for more mails gets no more guesses. Whether there is anything to guess makes no
  // difference, to the clock neither (docs/adr/0061). REQUIRES: the transaction commits whether or not the code was
  // right, or guesses are free.
  [[nodiscard]] bool count_code_attempt(db::Transaction& tx, std::string_view subject, ProofPurpose purpose,
                                        base::TimePoint now) const;

  // One that was right is no guess.
  void give_back_code_attempt(db::Transaction& tx, std::string_view subject, ProofPurpose purpose) const;

  // Of every purpose: the account is erased.
  void forget_code_attempts(db::Transaction& tx, std::string_view subject) const;

  // The newest kProofsLookedAt open ones: of an account, or for an address, whosever it is.
  [[nodiscard]] std::vector<OpenProof> open_of(db::Transaction& tx, contract::AccountId account, ProofPurpose purpose,
                                               base::TimePoint now) const;
  [[nodiscard]] std::vector<OpenProof> open_for(db::Transaction& tx, std::string_view email_index, ProofPurpose purpose,
                                                base::TimePoint now) const;

  // Closes what is open of these purposes.
  void close_all(db::Transaction& tx, contract::AccountId account, std::initializer_list<ProofPurpose> purposes,
                 base::TimePoint now) const;

  // How many were made for an address since then, whoever's account: for a bound on mails.
  [[nodiscard]] std::size_t made_since(db::Transaction& tx, std::string_view email_index, ProofPurpose purpose,
                                       base::TimePoint since) const;

  // Removes at most `limit` rows: proofs an hour after they expired, counted tries when they count no more. Returns how
  // many.
  std::size_t sweep(db::Transaction& tx, base::TimePoint now, std::size_t limit) const;
};

}  // namespace gatehouse::identity
