#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace diemcau::program {

/// An encoder or decoder as a launch line has it.
struct CodecChoice {
  std::string element;  ///< "vah264enc"
  std::string text;     ///< with its settings and what must stand around it: raw in, or out, in system memory
};

/// What this machine encodes and decodes pictures with: NVENC or VA-API where they are there and work,
/// libraries otherwise.
struct Codecs {
  CodecChoice h264_encoder;  ///< 2 Mbit/s, a keyframe every 50 pictures, no delay; gives main profile
  CodecChoice h264_decoder, vp8_decoder;
};

/// Looked for once in a process: at once where there is only software, within seconds where drivers must be
/// tried. Any thread.
const Codecs& codecs();

/// The first of `candidates`, best first, that is installed and gets a few pictures through `before` TEXT
/// `after` (launch lines); the last, untried, when none does. Blocks.
CodecChoice first_that_works(const std::vector<CodecChoice>& candidates, std::string_view before,
                             std::string_view after);

}  // namespace diemcau::program
