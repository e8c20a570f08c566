#include <memory>
#include <stdexcept>

#include <qrencode.h>

#include "server/http/services.h"

namespace diemcau::http {

std::string qr_svg(const std::string& text) {
  struct Free {
    void operator()(QRcode* code) const { QRcode_free(code); }
  };
  // Level M: a printed link still reads with a stain on it.
  const std::unique_ptr<QRcode, Free> code(QRcode_encodeString(text.c_str(), 0, QR_ECLEVEL_M, QR_MODE_8, 1));
  if (!code) throw std::runtime_error("the link is too long for a QR code");
  const auto width = static_cast<std::size_t>(code->width);
  const auto side = std::to_string(width + 8);  // a quiet zone of four modules on each side
  std::string path;
  for (std::size_t y = 0; y < width; ++y)
    for (std::size_t x = 0; x < width; ++x) {
      if ((code->data[y * width + x] & 1) == 0) continue;
      std::size_t run = 1;
      while (x + run < width && (code->data[y * width + x + run] & 1) != 0) ++run;
      path += "M" + std::to_string(x + 4) + " " + std::to_string(y + 4) + "h" + std::to_string(run) + "v1h-" +
              std::to_string(run) + "z";
      x += run;
    }
  return R"(<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 )" + side + " " + side +
         R"(" shape-rendering="crispEdges"><path fill="#000" d=")" + path + R"("/></svg>)";
}

}  // namespace diemcau::http
