#pragma once
#include <cstddef>
#include <span>
#include <string>

#include "media/transport/file_descriptor.h"

namespace diemcau::line {

inline constexpr std::size_t longest_packet = 65536;

/// A network device whose packets come to and from this program (the kernel's documentation,
/// networking/tuntap). It lives as long as this object, in whatever network namespace it is moved to
/// meanwhile.
class Tun {
 public:
  /// Throws std::system_error: without root, or when there is a device of that name.
  explicit Tun(const std::string& name);

  int descriptor() const { return descriptor_.get(); }
  /// The next IP packet that the kernel sends there; empty when there is none now.
  std::span<const std::byte> read(std::span<std::byte> buffer) const;
  /// The kernel receives the packet there. A device that is down drops it.
  void write(std::span<const std::byte> packet) const;

 private:
  transport::FileDescriptor descriptor_;
};

}  // namespace diemcau::line
