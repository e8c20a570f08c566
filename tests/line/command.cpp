#include "tests/line/command.h"

#include <array>
#include <charconv>
#include <sstream>
#include <vector>

namespace diemcau::line {
namespace {

std::chrono::milliseconds milliseconds(double count) {
  return std::chrono::milliseconds(static_cast<int>(count));
}

struct Number {
  std::string_view name;
  double least, most;
  void (*set)(Impairment&, double);
};
constexpr std::array numbers{
    Number{"rate", 0, 1'000'000, [](Impairment& i, double kbit) { i.rate = kbit; }},
    Number{"queue", 0, 60'000, [](Impairment& i, double ms) { i.queue = milliseconds(ms); }},
    Number{"delay", 0, 60'000, [](Impairment& i, double ms) { i.delay = milliseconds(ms); }},
    Number{"jitter", 0, 60'000, [](Impairment& i, double ms) { i.jitter = milliseconds(ms); }},
    Number{"loss", 0, 100, [](Impairment& i, double percent) { i.loss = percent; }},
    Number{"burst", 1, 1000, [](Impairment& i, double packets) { i.burst = packets; }},
};

struct Switch {
  std::string_view name;
  bool Impairment::*field;
};
constexpr std::array switches{Switch{"cut", &Impairment::cut}, Switch{"udp", &Impairment::udp},
                              Switch{"reorder", &Impairment::reorder}};

std::vector<std::string> words_of(std::string_view text) {
  std::istringstream in{std::string(text)};
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

bool read_number(const std::string& text, double least, double most, double& value) {
  const auto* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  return error == std::errc{} && stop == end && value >= least && value <= most;
}

/// Empty when it is done.
std::string change(Impairment& impairment, const std::string& name, const std::string& value) {
  for (const auto& number : numbers) {
    if (number.name != name) continue;
    double read{};
    if (!read_number(value, number.least, number.most, read))
      return "error: " + name + " needs a number from " + std::to_string(static_cast<int>(number.least)) +
             " to " + std::to_string(static_cast<int>(number.most));
    number.set(impairment, read);
    return {};
  }
  for (const auto& [known, field] : switches) {
    if (known != name) continue;
    if (value != "on" && value != "off") return "error: " + name + " is on or off";
    impairment.*field = value == "on";
    return {};
  }
  return "error: there is no impairment called " + name;
}

std::string figures(const char* name, const OneWay::Counts& counts) {
  std::ostringstream text;
  text << name << " passed " << counts.passed << " lost " << counts.lost << " overflowed "
       << counts.overflowed << " refused " << counts.refused;
  return text.str();
}

}  // namespace

std::string obey(Line& line, std::string_view command) {
  const auto words = words_of(command);
  if (words.size() == 1 && words[0] == "count")
    return figures("down", line.down.counts()) + " " + figures("up", line.up.counts());
  std::vector<OneWay*> ways;
  if (!words.empty() && (words[0] == "down" || words[0] == "both")) ways.push_back(&line.down);
  if (!words.empty() && (words[0] == "up" || words[0] == "both")) ways.push_back(&line.up);
  if (ways.empty()) return "error: a command begins with down, up, both or count";
  const bool clear = words.size() > 1 && words[1] == "clear";
  const std::size_t first = clear ? 2 : 1;
  if (words.size() == 1 || (words.size() - first) % 2 != 0)
    return "error: an impairment or its value is missing";
  std::vector<Impairment> wanted;
  for (const auto* way : ways) {
    auto& impairment = wanted.emplace_back(clear ? Impairment{} : way->impairment());
    for (auto i = first; i < words.size(); i += 2)
      if (const auto error = change(impairment, words[i], words[i + 1]); !error.empty()) return error;
    // A burst is followed by one packet that gets through, at least.
    if (impairment.burst > 1 && impairment.loss > 100 * impairment.burst / (impairment.burst + 1))
      return "error: so much loss leaves nothing between the bursts";
  }
  for (std::size_t i = 0; i < ways.size(); ++i) ways[i]->set(wanted[i]);
  return "ok";
}

}  // namespace diemcau::line
