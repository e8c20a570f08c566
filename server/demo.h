#pragma once
#include <string>
#include <vector>

#include "scheduler/demo.h"
#include "scheduler/document_bytes.h"
#include "server/store.h"

/// `diemcau demo`: an example to look at, one account per role, and the invitation letter on paper.
namespace diemcau::server {

struct DemoAccount {
  std::string role, user, password;
};

/// Fills an empty data folder; one that has been filled before stays as it is (its accounts are read from
/// demo-accounts.json). Blocks: before anybody is served. Throws std::runtime_error when the folder holds
/// other data.
struct DemoData {
  scheduler::MeetingId meeting{};  ///< the one of now
  std::vector<DemoAccount> accounts;
};
DemoData prepare_demo(const std::filesystem::path& folder, const scheduler::DocumentBytes& bytes,
                      scheduler::Time now);

/// The letter as a PDF of one page (A4, the form of Decree 30/2020/NĐ-CP).
std::string letter_pdf(const scheduler::InvitationLetter& letter);

}  // namespace diemcau::server
