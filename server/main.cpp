#include <csignal>
#include <iostream>

#include "scheduler/database.h"
#include "server/config.h"
#include "server/program.h"
#include "server/render_film.h"

namespace {
volatile std::sig_atomic_t stop = 0;
}

int main(int count, char** arguments) {
  using namespace diemcau::server;
  std::signal(SIGPIPE, SIG_IGN);
  for (const int signal : {SIGINT, SIGTERM}) std::signal(signal, [](int) { stop = 1; });
  try {
    const auto config = read_arguments(count, arguments);
    if (config && config->render) return render_film(*config, std::cout, stop);
    if (config) serve(*config, std::cout, stop);
    return 0;
  } catch (const diemcau::scheduler::NewerDatabase& e) {
    std::cerr << "diemcau: thư mục dữ liệu do phiên bản mới hơn ghi; hãy dùng phiên bản đó. / The data "
                 "folder was written by a "
                 "newer version; use that one.\n"
              << e.what() << "\n";
  } catch (const std::exception& e) {
    std::cerr << "diemcau: " << e.what() << "\n";
  }
  return 1;
}
