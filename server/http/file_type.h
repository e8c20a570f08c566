#pragma once
#include <string>
#include <string_view>

#include "scheduler/documents.h"
#include "scheduler/result.h"

namespace diemcau::http {

/// The media type of a document by its first bytes (at least 4096 of them, or all) and, to tell the office
/// formats apart, its name. Refuses document.type_forbidden for everything that is not PDF, DOCX, XLSX, PPTX,
/// JPEG, PNG, MP4, WebM or Matroska, and for films that are no clips and clips that are no films.
scheduler::Result<std::string> file_type(std::string_view beginning, const std::string& file_name,
                                         scheduler::DocumentUse use);

/// True when a ZIP holds macros or an embedded program (vbaProject.bin, .exe, .dll, …): read from its central
/// directory, which stands at the end. True too for a ZIP whose directory cannot be read.
bool zip_is_dangerous(int descriptor);

}  // namespace diemcau::http
