#include "tests/unit/server/session_script.h"

#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "server/session/project.h"
#include "server/signaling/json_codec.h"

namespace diemcau::session {

Brief example_brief() {
  const Time start(std::chrono::hours(1'000'000 / 24 * 24 + 8));
  Brief brief;
  brief.meeting = {MeetingId{1}, "Giao ban tháng 11",          "Phó Chủ tịch UBND tỉnh", "UBND tỉnh Lai Châu",
                   start,        start + std::chrono::hours(3)};
  brief.halls = {{main_hall, {1, "UBND tỉnh", "An 0912", true}},
                 {tam_duong, {3, "Tam Đường", "Bình 0913", false}},
                 {sin_ho, {5, "Sìn Hồ", "Chi 0914", false}},
                 {than_uyen, {7, "Than Uyên", "Dung 0915", false}}};
  brief.rtsp_port = 8554;
  brief.agenda = {{"Khai mạc", start, {}, {}}, {"Báo cáo", {}, {}, sin_ho}, {"Kết luận", {}, {}, {}}};
  brief.clips = {{film, "Phim phóng sự", "", "video/mp4", 1000}};
  brief.documents = {{paper, "Giấy mời", "12/GM-UBND", "application/pdf", 2000, true}};
  return brief;
}

State example_state() {
  State state;
  state.brief = example_brief();
  return state;
}

namespace {
using nlohmann::json;

std::string trimmed(const std::string& text) {
  const auto from = text.find_first_not_of(' ');
  return from == std::string::npos ? "" : text.substr(from, text.find_last_not_of(' ') - from + 1);
}

/// Columns are parted by two blanks or more: names hold single ones.
std::vector<std::string> columns(const std::string& line) {
  std::vector<std::string> all;
  for (std::size_t from = 0; from < line.size();) {
    auto until = line.find("  ", from);
    if (until == std::string::npos) until = line.size();
    all.push_back(trimmed(line.substr(from, until - from)));
    from = line.find_first_not_of(' ', until);
  }
  return all;
}

class Script {
 public:
  explicit Script(const std::filesystem::path& file) : file_(file), state_(example_state()) {}

  std::vector<std::string> run() {
    std::ifstream in(file_);
    std::string line;
    for (line_number_ = 1; std::getline(in, line); ++line_number_) {
      if (trimmed(line).empty() || line.front() == '#') continue;
      try {
        step(line);
      } catch (const std::exception& e) {
        wrong(e.what());
      }
    }
    if (steps_ == 0) wrong("the script does nothing");
    return wrongs_;
  }

 private:
  void wrong(const std::string& what) {
    wrongs_.push_back(file_.filename().string() + ":" + std::to_string(line_number_) + ": " + what);
  }

  std::optional<SiteId> site(const std::string& name) const {
    for (const auto& [id, hall] : state_.brief.halls)
      if (hall.name == name) return id;
    return std::nullopt;
  }

  /// Names of halls become their ids, times of day times.
  json meant(json value) const {
    if (value.is_string()) {
      const auto text = value.get<std::string>();
      if (is_time(text)) return json(time(text).time_since_epoch().count());
      const auto id = site(text);
      return id ? json(number(*id)) : value;
    }
    if (value.is_structured())
      for (auto& entry : value) entry = meant(entry);
    return value;
  }
  static bool is_time(const std::string& text) {
    return text.size() == 8 && text[2] == ':' && text[5] == ':' &&
           text.find_first_not_of("0123456789:") == std::string::npos;
  }

  json object(const std::string& text) const {
    const auto blank = text.find(' ');
    json result = blank == std::string::npos ? json::object() : meant(json::parse(text.substr(blank)));
    result["type"] = text.substr(0, blank);
    return result;
  }

  Actor actor(const std::string& name) const {
    if (name == "operator") return {Giver::operator_, {}, scheduler::AccountId{3}};
    if (name == "chair") return {Giver::chair, {}, scheduler::AccountId{4}};
    if (name == "server") return {Giver::server, {}, {}};
    const auto hall = site(name);
    if (!hall) throw std::runtime_error("nobody is called \"" + name + "\"");
    return {Giver::hall, *hall, {}};
  }

  static Time time(const std::string& text) {
    int hours = 0;
    int minutes = 0;
    int seconds = 0;
    if (std::sscanf(text.c_str(), "%d:%d:%d", &hours, &minutes, &seconds) != 3)
      throw std::runtime_error("no time: " + text);
    return example_brief().meeting.starts_at + std::chrono::hours(hours - 8) + std::chrono::minutes(minutes) +
           std::chrono::seconds(seconds);
  }

  void step(const std::string& line) {
    ++steps_;
    if (line == "guest") {
      state_.brief.guest = true;
    } else if (line == "called off") {
      state_.brief.called_off = true;
    } else if (line.starts_with("camera ")) {
      state_.brief.halls.at(site(trimmed(line.substr(7))).value()).camera = "rtsp://10.1.3.7:554";
    } else if (line.starts_with("see ")) {
      look(line);
    } else {
      command(line);
    }
  }

  /// "see operator  /speaker/site  "Sìn Hồ""
  void look(const std::string& line) {
    const auto parts = columns(line.substr(4));
    if (parts.size() != 3) throw std::runtime_error("expected: see WHO  /pointer  JSON");
    const auto view = parts[0] == "operator" ? protocol::encode(console_view(state_))
                                             : protocol::encode(hall_view(state_, actor(parts[0]).site));
    const json::json_pointer pointer(parts[1]);
    // Where a view holds a name, a name is meant.
    const bool name = parts[1].ends_with("name") || parts[1].ends_with("label");
    const auto expected = name ? json::parse(parts[2]) : meant(json::parse(parts[2]));
    const auto seen = view.contains(pointer) ? view.at(pointer) : json(nullptr);
    if (seen != expected) wrong("sees " + parts[1] + " = " + seen.dump() + ", expected " + expected.dump());
  }

  void command(const std::string& line) {
    auto arrow = line.find("=>");
    const bool refused = arrow == std::string::npos;
    if (refused) arrow = line.find("!!");
    if (arrow == std::string::npos) throw std::runtime_error("neither => nor !!");
    const auto parts = columns(trimmed(line.substr(0, arrow)));
    const auto expected = trimmed(line.substr(arrow + 2));
    if (parts.size() != 3) throw std::runtime_error("expected: TIME  WHO  command");
    const auto at = time(parts[0]);
    const auto decided = decide(state_, actor(parts[1]), protocol::decode<Command>(object(parts[2])));
    const auto got = decided ? events_text(*decided) : decided.error().text_key;
    const auto wanted = refused || expected == "nothing" ? expected : expected_text(expected);
    if (refused == decided.has_value() || got != wanted)
      wrong("\n  got      " + got + "\n  expected " + wanted);
    if (!decided) return;
    for (const auto& event : *decided) {
      // As it comes back from the log.
      const auto stored = json::parse(protocol::encode(event).dump());
      apply(state_, protocol::decode<Event>(stored), at);
    }
  }

  static std::string events_text(const Events& events) {
    std::string text;
    for (const auto& event : events) text += (text.empty() ? "" : " + ") + protocol::encode(event).dump();
    return text.empty() ? "nothing" : text;
  }

  std::string expected_text(const std::string& text) const {
    std::string result;
    for (std::size_t from = 0; from < text.size();) {
      auto until = text.find(" + ", from);
      if (until == std::string::npos) until = text.size();
      result += (result.empty() ? "" : " + ") + object(trimmed(text.substr(from, until - from))).dump();
      from = until + 3;
    }
    return result;
  }

  std::filesystem::path file_;
  State state_;
  int line_number_ = 0;
  int steps_ = 0;
  std::vector<std::string> wrongs_;
};

std::vector<std::filesystem::path> scripts() {
  std::vector<std::filesystem::path> all;
  for (const auto& entry : std::filesystem::directory_iterator(SOURCE_DIR "/tests/unit/sessions"))
    if (entry.path().extension() == ".session") all.push_back(entry.path());
  std::sort(all.begin(), all.end());
  return all;
}

class SessionScript : public testing::TestWithParam<std::filesystem::path> {};

TEST_P(SessionScript, HappensAsWritten) {
  for (const auto& wrong : run_script(GetParam())) ADD_FAILURE() << wrong;
}

INSTANTIATE_TEST_SUITE_P(All, SessionScript, testing::ValuesIn(scripts()),
                         [](const auto& test) { return test.param.stem().string(); });

}  // namespace

std::vector<std::string> run_script(const std::filesystem::path& file) { return Script(file).run(); }

}  // namespace diemcau::session
