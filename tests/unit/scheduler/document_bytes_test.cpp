#include "scheduler/document_bytes.h"

#include <csignal>
#include <fstream>
#include <iterator>
#include <system_error>

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/scheduler/record.h"

namespace diemcau::scheduler {
namespace {

// The SHA-256 of "abc" and of nothing, from FIPS 180-2 and RFC 6234.
const std::string hash_of_abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
const std::string hash_of_nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

std::span<const std::byte> bytes(std::string_view text) { return std::as_bytes(std::span(text)); }

class DocumentBytesTest : public testing::Test {
 protected:
  TestFolder folder_;
  DocumentBytes store_{folder_.path() / "documents"};

  std::size_t half_written() const {
    const std::filesystem::directory_iterator all(folder_.path() / "documents" / "incoming");
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
  }
  std::string keep(std::string_view text) const {
    const auto incoming = store_.receive();
    incoming->write(bytes(text));
    return incoming->keep();
  }
  static std::string content(const std::filesystem::path& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
  }
};

TEST_F(DocumentBytesTest, AreFoundByTheirHash) {
  const auto incoming = store_.receive();
  incoming->write(bytes("a"));
  incoming->write(bytes("bc"));
  EXPECT_EQ(incoming->size(), 3);
  EXPECT_EQ(content(incoming->path()), "abc");
  EXPECT_EQ(incoming->keep(), hash_of_abc);
  EXPECT_EQ(store_.find(hash_of_abc), folder_.path() / "documents" / "ba" / hash_of_abc);
  EXPECT_EQ(content(store_.find(hash_of_abc)), "abc");
  EXPECT_EQ(half_written(), 0u);
}

TEST_F(DocumentBytesTest, AnEmptyFileIsAFile) {
  EXPECT_EQ(store_.receive()->keep(), hash_of_nothing);
  EXPECT_FALSE(store_.find(hash_of_nothing).empty());
}

TEST_F(DocumentBytesTest, WhatIsNotKeptLeavesNothing) {
  {
    const auto incoming = store_.receive();
    incoming->write(bytes("abc"));
    EXPECT_EQ(half_written(), 1u);
    EXPECT_TRUE(store_.find(hash_of_abc).empty());
  }
  EXPECT_EQ(half_written(), 0u);
  EXPECT_TRUE(store_.find(hash_of_abc).empty());
}

TEST_F(DocumentBytesTest, TheSameBytesTwiceAreOneFileThatIsNotTouched) {
  keep("abc");
  struct stat first {};
  ASSERT_EQ(::stat(store_.find(hash_of_abc).c_str(), &first), 0);
  EXPECT_EQ(keep("abc"), hash_of_abc);
  struct stat second {};
  ASSERT_EQ(::stat(store_.find(hash_of_abc).c_str(), &second), 0);
  EXPECT_EQ(first.st_ino, second.st_ino);
  EXPECT_EQ(half_written(), 0u);
}

TEST_F(DocumentBytesTest, AFileThatADiskFaultCutShortIsReplaced) {
  keep("abc");
  const auto place = store_.find(hash_of_abc);
  std::filesystem::permissions(place, std::filesystem::perms::owner_all);
  std::filesystem::resize_file(place, 1);
  keep("abc");
  EXPECT_EQ(content(place), "abc");
}

TEST_F(DocumentBytesTest, CannotBeWrittenOnceTheyStand) {
  keep("abc");
  struct stat kept {};
  ASSERT_EQ(::stat(store_.find(hash_of_abc).c_str(), &kept), 0);
  EXPECT_EQ(kept.st_mode & 0777, 0440u);
}

TEST_F(DocumentBytesTest, KeepingTwiceIsABug) {
  const auto incoming = store_.receive();
  incoming->keep();
  EXPECT_THROW(incoming->keep(), std::logic_error);
}

TEST_F(DocumentBytesTest, OnlyAHashFindsSomething) {
  keep("abc");
  for (const std::string wrong :
       {"", "abc", "../../diemcau.db", "BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD"}) {
    EXPECT_TRUE(store_.find(wrong).empty()) << wrong;
  }
  EXPECT_TRUE(store_.find(std::string(64, '0')).empty());
}

TEST_F(DocumentBytesTest, AKilledProcessLeavesAFileThatTheNextOneRemoves) {
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const auto incoming = store_.receive();
    incoming->write(bytes("abc"));
    ::kill(::getpid(), SIGKILL);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(half_written(), 1u);
  const DocumentBytes next(folder_.path() / "documents");
  EXPECT_EQ(half_written(), 0u);
  EXPECT_TRUE(next.find(hash_of_abc).empty());
}

TEST_F(DocumentBytesTest, WhatIsStillBeingWrittenSurvivesASecondStore) {
  const auto incoming = store_.receive();
  incoming->write(bytes("abc"));
  const DocumentBytes second(folder_.path() / "documents");
  EXPECT_EQ(incoming->keep(), hash_of_abc);
}

TEST_F(DocumentBytesTest, ADiskThatTakesNoMoreIsReportedAndLeavesNothing) {
  // A child, since the limit holds for a whole process; its exit status says how far it came.
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit small{100, 100};
    ::setrlimit(RLIMIT_FSIZE, &small);
    try {
      const auto incoming = store_.receive();
      incoming->write(bytes(std::string(1000, 'x')));
      ::_exit(1);
    } catch (const std::system_error& error) {
      ::_exit(error.code() == std::errc::file_too_large ? 0 : 2);
    }
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(WEXITSTATUS(status), 0);
  EXPECT_EQ(half_written(), 0u);
}

}  // namespace
}  // namespace diemcau::scheduler
