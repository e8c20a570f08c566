#pragma once
#include <string>
#include <vector>

#include "media/media.h"
#include "server/http/listener.h"
#include "server/signaling/protocol.h"

namespace diemcau::http {

/// The line of one hall. Halls are told apart by their number, which is never given twice: there are as many
/// time series as the province has halls, however many meetings it holds.
struct HallLine {
  int number{};
  protocol::Line line;
};

/// A host that a session's program is sent to, without its address.
struct OutputLine {
  scheduler::MeetingId meeting{};
  scheduler::OutputId output{};
  session::OutputKind kind{};
  bool live = false;
  std::uint64_t bytes{};  ///< since it was started
};

/// What /metrics tells, in the text form of Prometheus.
struct Figures {
  Traffic traffic;
  media::Counters media;
  std::size_t live_sessions{}, waiting_writes{}, waiting_jobs{};
  std::int64_t disk_free{};
  bool ready = false;
  std::vector<HallLine> lines;      ///< those that run; each hall once
  std::vector<OutputLine> outputs;  ///< those that are on
};
std::string metrics_text(const Figures& figures);

/// The body of /healthz.
struct Health {
  bool ready = false;
  std::string why;  ///< empty, or a text key
  std::string version;
};
BOOST_DESCRIBE_STRUCT(Health, (), (ready, why, version))

}  // namespace diemcau::http
