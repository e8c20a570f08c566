#include "tests/ip_camera.h"

#include <cstdlib>
#include <iostream>

/// ip_camera PORT COLOUR PITCH USER PASSWORD: an RTSP camera until its standard input is closed.
int main(int count, char** words) {
  if (count != 6) return 2;
  const diemcau::IpCamera camera(static_cast<std::uint16_t>(std::atoi(words[1])),
                                 {"h264", words[2], std::atoi(words[3]), words[4], words[5]});
  std::cout << "ready" << std::endl;
  std::string line;
  while (std::getline(std::cin, line)) {
  }
}
