#include "suites/running/newest_row.h"

#include <fstream>

#include "results/schema/file_error.h"
#include "results/schema/text_cell.h"

namespace plumbline {

NewestRow::NewestRow(std::filesystem::path file) : file_(std::move(file)) {
  std::string torn_line;  // the next writer sets it aside
  if (std::filesystem::exists(file_)) offset_ = whole_lines_size(file_, torn_line);
}

const std::optional<Measurement>& NewestRow::look() {
  std::ifstream stream(file_, std::ios::binary);
  stream.seekg(static_cast<std::streamoff>(offset_));
  std::string line, last;
  bool header = offset_ == 0;
  while (std::getline(stream, line) &&
         !stream.eof()) {  // the end of the file: the line is not whole
    offset_ += line.size() + 1;
    if (!header) {
      ++rows_;
      last = line;
    }
    header = false;
  }
  if (!last.empty()) {
    try {
      newest_ = csv_record<Measurement>(last);
    } catch (const FileError&) {
    }
  }
  return newest_;
}

}  // namespace plumbline
