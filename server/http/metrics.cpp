#include "server/http/metrics.h"

#include <set>

namespace diemcau::http {

std::string metrics_text(const Figures& figures) {
  std::string text;
  std::set<std::string> named;
  const auto write = [&](const char* name, const char* type, const char* help, auto value,
                         const std::string& labels = "") {
    const std::string full = std::string("diemcau_") + name;
    if (named.insert(full).second)
      text += "# HELP " + full + " " + help + "\n# TYPE " + full + " " + type + "\n";
    text += full + labels + " " + std::to_string(value) + "\n";
  };
  const auto& traffic = figures.traffic;
  const auto& media = figures.media;
  write("ready", "gauge", "1 when meetings can be held", figures.ready ? 1 : 0);
  write("http_requests_total", "counter", "HTTP requests", traffic.requests);
  const char* classes[] = {
      "", "{class=\"1xx\"}", "{class=\"2xx\"}", "{class=\"3xx\"}", "{class=\"4xx\"}", "{class=\"5xx\"}"};
  for (std::size_t i = 2; i < traffic.by_class.size(); ++i)
    write("http_answers_total", "counter", "HTTP answers by class", traffic.by_class.at(i), classes[i]);
  write("signaling_connections", "gauge", "WebSockets now", traffic.sockets);
  write("signaling_dropped_messages_total", "counter", "Lossy messages not sent to slow pages",
        traffic.dropped_messages);
  write("signaling_closed_slow_total", "counter", "WebSockets closed because nobody read them",
        traffic.closed_slow);
  write("sessions_live", "gauge", "Open sessions", figures.live_sessions);
  write("store_waiting", "gauge", "Writes that are not yet on disk", figures.waiting_writes);
  write("jobs_waiting", "gauge", "Jobs that no thread has begun", figures.waiting_jobs);
  write("disk_free_bytes", "gauge", "Free space of the data folder", figures.disk_free);
  write("media_peers", "gauge", "Media connections", media.peers);
  write("media_programs", "gauge", "Stages that are composed and encoded now", media.programs);
  write("media_packets_in_total", "counter", "Media packets received", media.packets_in);
  write("media_bytes_in_total", "counter", "Media bytes received", media.bytes_in);
  write("media_packets_out_total", "counter", "Media packets sent", media.packets_out);
  write("media_bytes_out_total", "counter", "Media bytes sent", media.bytes_out);
  write("media_dropped_total", "counter", "Media packets dropped", media.dropped_unknown,
        "{why=\"unknown\"}");
  write("media_dropped_total", "counter", "Media packets dropped", media.dropped_malformed,
        "{why=\"malformed\"}");
  write("media_dropped_total", "counter", "Media packets dropped", media.dropped_forged, "{why=\"forged\"}");
  write("media_dropped_total", "counter", "Media packets dropped", media.dropped_flooding,
        "{why=\"flooding\"}");
  write("media_retransmitted_total", "counter", "Media packets sent again", media.retransmitted);
  write("media_nacks_sent_total", "counter", "Requests for lost packets", media.nacks_sent);
  write("media_keyframe_requests_total", "counter", "Requests for whole pictures", media.keyframe_requests);
  const auto write_lines = [&](const char* name, const char* help, auto of, const std::string& more = "") {
    for (const auto& [number, line] : figures.lines)
      if (const auto value = of(line))
        write(name, "gauge", help, *value, "{site=\"" + std::to_string(number) + "\"" + more + "}");
  };
  const auto both = [&](const char* name, const char* help, auto up, auto down) {
    write_lines(name, help, up, ",direction=\"up\"");
    write_lines(name, help, down, ",direction=\"down\"");
  };
  using protocol::Line;
  both(
      "line_bits_per_second", "What runs over a hall's line",
      [](const Line& line) { return std::optional(line.up_kbps * 1000LL); },
      [](const Line& line) { return std::optional(line.down_kbps * 1000LL); });
  both(
      "line_loss_ratio", "Packets that a hall's line loses, repaired or not",
      [](const Line& line) { return std::optional(line.up_loss_permille / 1000.0); },
      [](const Line& line) { return std::optional(line.down_loss_permille / 1000.0); });
  both(
      "line_picture_lines", "Height of the picture that a hall sends, and of the main one that it gets",
      [](const Line& line) { return line.up_height; }, [](const Line& line) { return line.down_height; });
  write_lines("line_round_trip_seconds", "There and back", [](const Line& line) {
    return line.rtt_ms ? std::optional(*line.rtt_ms / 1000.0) : std::nullopt;
  });
  write_lines("line_jitter_seconds", "The worse of both directions",
              [](const Line& line) { return std::optional(line.jitter_ms / 1000.0); });
  write_lines("line_freezes_last_minute", "How often the main picture stood still",
              [](const Line& line) { return std::optional(line.freezes_per_minute); });
  write_lines("line_over_tcp", "1 when UDP does not pass",
              [](const Line& line) { return std::optional(line.tcp ? 1 : 0); });
  const auto labels = [](const OutputLine& output) {
    return "{meeting=\"" + std::to_string(number(output.meeting)) + "\",output=\"" +
           std::to_string(number(output.output)) + "\",kind=\"" +
           boost::describe::enum_to_string(output.kind, "") + "\"}";
  };
  for (const auto& output : figures.outputs)
    write("output_live", "gauge", "1 while the host takes what is sent to it", output.live ? 1 : 0,
          labels(output));
  for (const auto& output : figures.outputs)
    write("output_bytes_total", "counter", "Bytes sent to the host", output.bytes, labels(output));
  return text;
}

}  // namespace diemcau::http
