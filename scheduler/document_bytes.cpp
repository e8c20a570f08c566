#include "scheduler/document_bytes.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <stdexcept>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <openssl/evp.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace diemcau::scheduler {
namespace {

[[noreturn]] void fail(const std::string& what, const std::filesystem::path& where) {
  throw std::system_error(errno, std::generic_category(), what + " " + where.string());
}

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() { close(); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int number() const { return number_; }
  void close() {
    if (number_ >= 0) ::close(number_);
    number_ = -1;
  }

 private:
  int number_;
};

void sync_folder(const std::filesystem::path& folder) {
  const Descriptor open_folder(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (open_folder.number() < 0 || ::fsync(open_folder.number()) != 0) fail("cannot sync", folder);
}

struct DigestFree {
  void operator()(EVP_MD_CTX* digest) const { EVP_MD_CTX_free(digest); }
};
using Digest = std::unique_ptr<EVP_MD_CTX, DigestFree>;

Digest new_digest() {
  Digest digest(EVP_MD_CTX_new());
  if (!digest || EVP_DigestInit_ex(digest.get(), EVP_sha256(), nullptr) != 1)
    throw std::runtime_error("no SHA-256");
  return digest;
}

std::string finished(EVP_MD_CTX& digest) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  unsigned size = 0;
  if (EVP_DigestFinal_ex(&digest, bytes.data(), &size) != 1) throw std::runtime_error("SHA-256 failed");
  std::string text;
  for (unsigned i = 0; i < size; ++i) {
    text += "0123456789abcdef"[bytes[i] >> 4];
    text += "0123456789abcdef"[bytes[i] & 0x0f];
  }
  return text;
}

std::filesystem::path place_of(const std::filesystem::path& folder, const std::string& sha256) {
  return folder / sha256.substr(0, 2) / sha256;
}

/// Who holds the lock of a file in incoming/ still writes it. The lock goes with its process.
bool lock(int descriptor) { return ::flock(descriptor, LOCK_EX | LOCK_NB) == 0; }

void remove_half_written(const std::filesystem::path& incoming) {
  for (const auto& entry : std::filesystem::directory_iterator(incoming)) {
    const Descriptor left(::open(entry.path().c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
    if (left.number() >= 0 && lock(left.number())) std::filesystem::remove(entry.path());
  }
}

}  // namespace

struct DocumentBytes::Incoming::State {
  std::filesystem::path folder, path;
  Descriptor file;
  Digest digest = new_digest();
  std::int64_t size = 0;
  bool kept = false;
};

DocumentBytes::Incoming::Incoming(std::unique_ptr<State> state) : state_(std::move(state)) {}

DocumentBytes::Incoming::~Incoming() {
  if (!state_->kept) ::unlink(state_->path.c_str());
}

void DocumentBytes::Incoming::write(std::span<const std::byte> bytes) {
  if (EVP_DigestUpdate(state_->digest.get(), bytes.data(), bytes.size()) != 1)
    throw std::runtime_error("SHA-256 failed");
  for (auto rest = bytes; !rest.empty();) {
    const auto written = ::write(state_->file.number(), rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail("cannot write", state_->path);
    rest = rest.subspan(static_cast<std::size_t>(written));
  }
  state_->size += static_cast<std::int64_t>(bytes.size());
}

std::int64_t DocumentBytes::Incoming::size() const { return state_->size; }

const std::filesystem::path& DocumentBytes::Incoming::path() const { return state_->path; }

std::string DocumentBytes::Incoming::keep() {
  if (state_->kept) throw std::logic_error("these bytes are kept already");
  if (::fsync(state_->file.number()) != 0) fail("cannot sync", state_->path);
  auto sha256 = finished(*state_->digest);
  const auto place = place_of(state_->folder, sha256);
  if (std::filesystem::create_directory(place.parent_path())) sync_folder(state_->folder);
  std::error_code missing;
  const auto size_there = std::filesystem::file_size(place, missing);
  if (missing || size_there != static_cast<std::uintmax_t>(state_->size)) {
    if (::fchmod(state_->file.number(), S_IRUSR | S_IRGRP) != 0) fail("cannot protect", state_->path);
    std::filesystem::rename(state_->path, place);
  } else {
    std::filesystem::remove(state_->path);  // the same bytes stand there
  }
  state_->kept = true;
  state_->file.close();
  sync_folder(place.parent_path());
  return sha256;
}

DocumentBytes::DocumentBytes(std::filesystem::path folder) : folder_(std::move(folder)) {
  std::filesystem::create_directories(folder_ / "incoming");
  remove_half_written(folder_ / "incoming");
}

std::unique_ptr<DocumentBytes::Incoming> DocumentBytes::receive() const {
  auto name = (folder_ / "incoming" / "XXXXXX").string();
  const int made = ::mkostemp(name.data(), O_CLOEXEC);
  if (made < 0) fail("cannot create a file in", folder_ / "incoming");
  std::unique_ptr<Incoming> incoming(
      new Incoming(std::unique_ptr<Incoming::State>(new Incoming::State{folder_, name, Descriptor(made)})));
  if (!lock(made)) fail("cannot lock", name);
  return incoming;
}

std::filesystem::path DocumentBytes::find(const std::string& sha256) const {
  const bool is_hash =
      sha256.size() == 64 && sha256.find_first_not_of("0123456789abcdef") == std::string::npos;
  if (!is_hash) return {};
  auto place = place_of(folder_, sha256);
  std::error_code error;
  return std::filesystem::is_regular_file(place, error) ? place : std::filesystem::path();
}

}  // namespace diemcau::scheduler
