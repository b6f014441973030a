#include "platform/http_client/curl_transfer.hpp"

#include <curl/curl.h>

#include <cstdlib>

namespace gatehouse::http_client {
namespace {

// Once a process, before any thread of ours can race for it; never undone, as other users may be left.
void prepare_library() {
  static const CURLcode prepared = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (prepared != CURLE_OK) std::abort();
}

}  // namespace

CurlTransfer::CurlTransfer() {
  prepare_library();
  easy_ = curl_easy_init();
  multi_ = curl_multi_init();
  if (easy_ == nullptr || multi_ == nullptr) std::abort();
}

CurlTransfer::~CurlTransfer() {
  curl_easy_cleanup(easy_);
  curl_multi_cleanup(multi_);
}

void CurlTransfer::reset() { curl_easy_reset(easy_); }

int CurlTransfer::perform() {
  if (curl_multi_add_handle(multi_, easy_) != CURLM_OK) std::abort();
  CURLcode outcome = CURLE_ABORTED_BY_CALLBACK;
  for (int running = 1; running != 0 && !cancelled_;) {
    if (curl_multi_perform(multi_, &running) != CURLM_OK) break;
    if (running != 0) curl_multi_poll(multi_, nullptr, 0, 1'000, nullptr);
  }
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
    if (message->msg == CURLMSG_DONE) outcome = message->data.result;
  }
  curl_multi_remove_handle(multi_, easy_);
  return outcome;
}

void CurlTransfer::cancel() {
  cancelled_ = true;
  curl_multi_wakeup(multi_);
}

}  // namespace gatehouse::http_client
