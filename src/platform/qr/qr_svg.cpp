#include "platform/qr/qr_svg.hpp"

#include <qrencode.h>

#include <cstdlib>
#include <memory>
#include <utility>

namespace gatehouse::qr {
namespace {

constexpr int kQuietZone = 4;  // modules on each side

struct CodeFree {
  void operator()(QRcode* code) const noexcept { QRcode_free(code); }
};

std::string number(int value) { return std::to_string(value); }

}  // namespace

base::Secret to_svg(const base::Secret& text) {
  std::string zero_ended(text.expose());
  const std::unique_ptr<QRcode, CodeFree> code(QRcode_encodeString(zero_ended.c_str(), 0, QR_ECLEVEL_M, QR_MODE_8, 1));
  base::wipe(zero_ended);
  if (!code) std::abort();  // a text of permitted length fits
  const int size = code->width + 2 * kQuietZone;
  std::string path;
  for (int y = 0; y < code->width; ++y) {
    for (int x = 0; x < code->width; ++x) {
      if ((code->data[y * code->width + x] & 1U) == 0) continue;
      path += "M" + number(x + kQuietZone) + " " + number(y + kQuietZone) + "h1v1h-1z";
    }
  }
  std::string svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + number(size) + " " + number(size) +
                    "\" shape-rendering=\"crispEdges\"><rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>" +
                    "<path fill=\"#000\" d=\"" + path + "\"/></svg>";
  base::wipe(path);
  return base::Secret(std::move(svg));
}

}  // namespace gatehouse::qr
