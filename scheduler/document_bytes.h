#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

namespace diemcau::scheduler {

/// Document bytes by content: FOLDER/ab/abcdef… (SHA-256, hex). Bytes that stand there are never changed.
/// Any thread; each Incoming belongs to one.
class DocumentBytes {
 public:
  /// A file that is being written under FOLDER/incoming. Destroyed before keep(), it removes itself.
  class Incoming {
   public:
    ~Incoming();
    Incoming(const Incoming&) = delete;
    Incoming& operator=(const Incoming&) = delete;
    /// Throws std::system_error (ENOSPC: the disk is full).
    void write(std::span<const std::byte> bytes);
    std::int64_t size() const;
    const std::filesystem::path& path() const;
    /// fsync, rename to the content's name, fsync of the folder. Returns the hash. The same bytes twice are
    /// one file.
    std::string keep();

   private:
    friend class DocumentBytes;
    struct State;
    explicit Incoming(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
  };

  /// Creates the folder; removes what an earlier run left half-written in incoming/.
  explicit DocumentBytes(std::filesystem::path folder);
  std::unique_ptr<Incoming> receive() const;
  /// Where the bytes of that hash are; empty path when they are not here or `sha256` is not 64 hex digits.
  std::filesystem::path find(const std::string& sha256) const;

 private:
  std::filesystem::path folder_;
};

}  // namespace diemcau::scheduler
