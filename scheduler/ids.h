#pragma once
#include <chrono>
#include <cstdint>
#include <string>

namespace diemcau::scheduler {

/// Row ids. Distinct types, so that a site is never passed where a meeting is wanted.
enum class UnitId : std::int64_t {};
enum class SiteId : std::int64_t {};
enum class AccountId : std::int64_t {};
enum class MeetingId : std::int64_t {};
enum class AgendaItemId : std::int64_t {};
enum class DocumentId : std::int64_t {};
enum class RecordingId : std::int64_t {};
/// A host to which a session's program is sent; no row: counted from 1 within its meeting.
enum class OutputId : std::int64_t {};

/// An instant, UTC, to the millisecond. Stored and sent as an integer.
using Time = std::chrono::sys_time<std::chrono::milliseconds>;

/// A calendar day as people write it (no zone). Stored and sent as "2021-01-25".
using Date = std::chrono::year_month_day;

template <class Id>
constexpr std::int64_t number(Id id) {
  return static_cast<std::int64_t>(id);
}

}  // namespace diemcau::scheduler
