#pragma once
#include <filesystem>
#include <string>

namespace diemcau::http {

/// The text of a paper's first page (PDF), of its beginning (DOCX, PPTX) or of its cells (XLSX), at most 256
/// KB of UTF-8 with a line for each paragraph; empty when there is none (a scan), when the paper is locked,
/// or when reading takes longer than ten seconds. It is read by programs of their own (pdftotext, unzip):
/// what a crafted file breaks is not this one. Blocks; for a job's thread.
std::string paper_text(const std::filesystem::path& file, const std::string& media_type);

}  // namespace diemcau::http
