#pragma once
#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

namespace diemcau::http {

/// Names and IPv4 addresses under which people on the local network reach this machine: localhost, the host
/// name, and every interface.
std::vector<std::string> own_hosts();

struct CertificateFiles {
  std::filesystem::path authority;    ///< what people import once into their browsers
  std::filesystem::path certificate;  ///< the server's own, with the authority's behind it
  std::filesystem::path key;
};

/// The certificate of this server for `hosts`, signed by an authority of its own that is made at the first
/// start. Made anew when it ends within 30 days or lacks one of `hosts`; the authority stays, so that
/// browsers go on trusting it. Throws std::runtime_error, std::system_error.
CertificateFiles prepare_certificate(const std::filesystem::path& folder,
                                     const std::vector<std::string>& hosts,
                                     std::chrono::system_clock::time_point now);

}  // namespace diemcau::http
