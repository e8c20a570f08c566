#pragma once
#include <chrono>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "tests/load/crowd.h"
#include "tests/load/room.h"

namespace diemcau::load {

/// What is on stage and how many watch it: every viewer gets every publisher.
struct Case {
  std::string name;
  std::vector<Publication::Shape> publishers;
  int viewers = 0;
  int joins = 0;  ///< so many more viewers come and go, one after the other, to time them
};

/// The cases by name: one_N (a picture of 1.2 Mbit/s and a voice to N viewers), nine (nine such to nine
/// viewers), main_eight_N (one picture of 1.2 Mbit/s, eight of 150 kbit/s, three voices, to N). Throws
/// std::invalid_argument.
Case find_case(const std::string& name);

struct Windows {
  int count = 3;
  std::chrono::seconds length{10};
};

/// Brings all peers into the room, measures, and tells the figures; see README.md for their meaning.
nlohmann::json measure(const Case& what, Room& room, Crowd& crowd, const Windows& windows);

}  // namespace diemcau::load
