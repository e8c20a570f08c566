#pragma once
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include <gtest/gtest.h>

/// Texts that a person has looked at once: tests/unit/golden. UPDATE_GOLDEN=1 rewrites them; look at the
/// diff.
namespace diemcau {

inline std::filesystem::path golden_path(const std::string& name) {
  return std::filesystem::path(SOURCE_DIR) / "tests/unit/golden" / name;
}

inline std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

inline void expect_golden(const std::string& name, const std::string& text) {
  if (std::getenv("UPDATE_GOLDEN") != nullptr) std::ofstream(golden_path(name), std::ios::binary) << text;
  EXPECT_EQ(text, read_file(golden_path(name)))
      << "if this is meant: tests/run --update, and look at the diff of " << name;
}

}  // namespace diemcau
