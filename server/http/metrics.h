#pragma once
#include <string>

#include "media/media.h"
#include "server/http/listener.h"

namespace diemcau::http {

/// What /metrics tells, in the text form of Prometheus.
struct Figures {
  Traffic traffic;
  media::Counters media;
  std::size_t live_sessions{}, waiting_writes{}, waiting_jobs{};
  std::int64_t disk_free{};
  bool ready = false;
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
