#include "tests/line/tun.h"

#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace diemcau::line {

Tun::Tun(const std::string& name) : descriptor_(::open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC)) {
  if (descriptor_.get() < 0) throw std::system_error(errno, std::generic_category(), "/dev/net/tun");
  ifreq request{};
  request.ifr_flags = IFF_TUN | IFF_NO_PI;
  name.copy(request.ifr_name, IFNAMSIZ - 1);
  if (ioctl(descriptor_.get(), TUNSETIFF, &request) != 0)
    throw std::system_error(errno, std::generic_category(), "TUN device " + name);
}

std::span<const std::byte> Tun::read(std::span<std::byte> buffer) const {
  const auto size = ::read(descriptor_.get(), buffer.data(), buffer.size());
  return buffer.first(size > 0 ? static_cast<std::size_t>(size) : 0);
}

void Tun::write(std::span<const std::byte> packet) const {
  [[maybe_unused]] const auto written = ::write(descriptor_.get(), packet.data(), packet.size());
}

}  // namespace diemcau::line
