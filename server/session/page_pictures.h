#pragma once
#include <filesystem>
#include <optional>

/// Pages of papers as pictures that can be put on stage.
namespace diemcau::session {

struct DrawnPage {
  int page{}, pages{};  ///< which it is, from 1, of how many
};

/// Draws that page of a PDF into a PNG file, written beside it and renamed; behind the last page: the last.
/// By programs of their own (poppler), so that nothing that is in a PDF hurts this process. nullopt: it
/// cannot be drawn, or not within ten seconds. Blocks: for a job thread. Throws std::runtime_error when it
/// cannot be written.
std::optional<DrawnPage> draw_page(const std::filesystem::path& pdf, int page,
                                   const std::filesystem::path& to);

}  // namespace diemcau::session
