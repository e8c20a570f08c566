#include "server/demo.h"

#include <fstream>
#include <sstream>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

#include "scheduler/accounts.h"
#include "scheduler/database.h"
#include "scheduler/documents.h"
#include "scheduler/meetings.h"
#include "scheduler/units.h"
#include "server/auth/passwords.h"
#include "server/auth/random.h"
#include "server/signaling/json_codec.h"

namespace diemcau::server {
BOOST_DESCRIBE_STRUCT(DemoAccount, (), (role, user, password))
BOOST_DESCRIBE_STRUCT(DemoData, (), (meeting, accounts))
namespace {
namespace fs = std::filesystem;

struct Person {
  scheduler::Role role;
  const char* role_name;
  const char* user;
  const char* name;
};
constexpr Person people[] = {
    {scheduler::Role::administrator, "administrator", "quantri", "Quản trị hệ thống"},
    {scheduler::Role::operator_, "operator", "kythuat", "Cán bộ kỹ thuật"},
    {scheduler::Role::clerk, "clerk", "vanthu", "Văn thư"},
    {scheduler::Role::chair, "chair", "chutoa", "Chủ tọa"},
    {scheduler::Role::official, "official", "daibieu", "Đại biểu"},
};

/// A file with passwords: only for its owner. Written before the record, so that no account is ever made
/// whose password nobody knows.
void write_privately(const fs::path& file, const std::string& text) {
  const int descriptor = open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (descriptor < 0) throw std::system_error(errno, std::generic_category(), file.string());
  const bool stored = write(descriptor, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
                      fsync(descriptor) == 0;
  const int why = errno;
  close(descriptor);
  if (!stored) throw std::system_error(why, std::generic_category(), file.string());
}

scheduler::Document letter_document(const scheduler::DocumentBytes& bytes, scheduler::MeetingId meeting,
                                    scheduler::Time now) {
  const auto letter = scheduler::demo_invitation(now);
  const auto pdf = letter_pdf(letter);
  const auto incoming = bytes.receive();
  incoming->write(std::as_bytes(std::span(pdf.data(), pdf.size())));
  scheduler::Document document;
  document.meeting = meeting;
  document.file_name = "giay-moi.pdf";
  document.media_type = "application/pdf";
  document.size = incoming->size();
  document.sha256 = incoming->keep();
  document.added_at = now;
  document.form = letter.form;
  if (document.form.title.empty()) document.form.title = "Giấy mời họp";
  return document;
}

}  // namespace

DemoData prepare_demo(const fs::path& folder, const scheduler::DocumentBytes& bytes, scheduler::Time now) {
  auto database = scheduler::open_for_writing(folder);
  const auto accounts_file = folder / "demo-accounts.json";
  if (!scheduler::Accounts(database).none()) {
    std::ifstream in(accounts_file);
    if (!in)
      throw std::runtime_error("Thư mục dữ liệu " + folder.string() +
                               " đã có dữ liệu khác; bản mẫu cần thư mục trống "
                               "(--data).\nThe data folder " +
                               folder.string() +
                               " holds other data; the demo "
                               "needs an empty one (--data).");
    return protocol::decode<DemoData>(nlohmann::json::parse(in));
  }
  SQLite::Transaction transaction(database);
  DemoData data;
  data.meeting = scheduler::seed_demo(database, now).now;
  for (const auto& person : people) {
    const auto password = auth::readable_password();
    scheduler::Account account;
    account.user = person.user;
    account.name = person.name;
    account.role = person.role;
    if (const auto added = scheduler::Accounts(database).add(account, auth::hash_password(password)); !added)
      throw std::runtime_error("demo account: " + added.error().text_key);
    data.accounts.push_back({person.role_name, person.user, password});
  }
  if (const auto added = scheduler::Documents(database).add(letter_document(bytes, data.meeting, now));
      !added)
    throw std::runtime_error("demo letter: " + added.error().text_key);
  write_privately(accounts_file, protocol::encode(data).dump(2) + "\n");
  transaction.commit();
  return data;
}

}  // namespace diemcau::server
