#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <vector>

#include "tests/fuzz/fuzz.h"

/// Runs the parser over each file of the folders given, over each beginning of it, and over each with one
/// byte changed.
int main(int count, char** names) {
  std::size_t inputs = 0;
  const auto run = [&](const std::vector<std::uint8_t>& bytes) {
    // A copy of the exact size, so that AddressSanitizer sees the first byte too many.
    const std::vector<std::uint8_t> exact(bytes);
    LLVMFuzzerTestOneInput(exact.data(), exact.size());
    ++inputs;
  };
  for (int i = 1; i < count; ++i)
    for (const auto& entry : std::filesystem::directory_iterator(names[i])) {
      std::ifstream in(entry.path(), std::ios::binary);
      const std::vector<std::uint8_t> whole{std::istreambuf_iterator<char>(in), {}};
      run(whole);
      const std::size_t step = whole.size() / 300 + 1;
      for (std::size_t at = 0; at < whole.size(); at += step) {
        run({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(at)});
        for (const int value : {0x00, 0x01, 0x7f, 0x80, 0xff}) {
          auto changed = whole;
          changed[at] = static_cast<std::uint8_t>(value);
          run(changed);
        }
      }
    }
  std::cout << inputs << " inputs\n";
  return inputs == 0 ? 1 : 0;
}
