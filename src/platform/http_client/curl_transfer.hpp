#pragma once

#include <atomic>

namespace gatehouse::http_client {

// One handle of libcurl and what holds its connection from one transfer to the next; for the clients built on it (HTTP
// here, SMTP in platform/mail), which set the options. One thread at a time performs; cancel() comes from any.
class CurlTransfer {
 public:
  CurlTransfer();
  ~CurlTransfer();
  CurlTransfer(const CurlTransfer&) = delete;
  CurlTransfer& operator=(const CurlTransfer&) = delete;

  // A CURL*, for curl_easy_setopt and curl_easy_getinfo.
  [[nodiscard]] void* easy() const noexcept { return easy_; }
  // Forgets the options; keeps the connection.
  void reset();
  // Blocks until it has ended; its CURLcode. After cancel(): CURLE_ABORTED_BY_CALLBACK, at once and for ever.
  [[nodiscard]] int perform();

  void cancel();
  [[nodiscard]] bool cancelled() const noexcept { return cancelled_; }

 private:
  void* easy_;
  void* multi_;  // unlike the easy handle alone it can be woken from another thread
  std::atomic<bool> cancelled_{false};
};

}  // namespace gatehouse::http_client
