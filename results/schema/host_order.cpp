#include "results/schema/host_order.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <utility>

#include "results/schema/in_order.h"
#include "results/schema/mapped_file.h"
#include "results/schema/measurement_table.h"

namespace plumbline {
namespace {

/// Neighbouring lines of one host.
using Extent = std::string_view;
using Extents = std::map<std::string, std::vector<Extent>>;

/// What one thread reads at once.
constexpr std::size_t block_bytes = 8 << 20;

/// Whole lines of a file, and where they are.
struct Block {
  const MappedFile* file = nullptr;
  std::string_view text;
};

struct BadLine {
  std::size_t line = 0;  ///< counted from 0 in its block
  RecordReader<Measurement>::Refusal refusal;
};

struct Scan {
  const MappedFile* file = nullptr;
  Extents extents;
  std::vector<BadLine> bad_lines;
  std::size_t rows = 0;
  std::size_t lines = 0;
};

/// Takes the first line from `text`, without its end.
std::string_view next_line(std::string_view& text) {
  const std::size_t size = text.find('\n');
  const std::string_view line = text.substr(0, size);
  text.remove_prefix(size + 1);
  return line;
}

std::vector<Block> blocks_of(const std::vector<MappedFile>& files) {
  std::vector<Block> blocks;
  for (const MappedFile& file : files) {
    std::string_view rest = file.text();
    check_header<Measurement>(file.path(), next_line(rest));
    while (!rest.empty()) {
      const std::size_t size =
          rest.size() <= block_bytes ? rest.size() : rest.find('\n', block_bytes) + 1;
      blocks.push_back({&file, rest.substr(0, size)});
      rest.remove_prefix(size);
    }
  }
  return blocks;
}

/// Checks every row and notes where each host's rows lie.
void scan(const Block& block, const RowsByHost::Look& look, Scan& scan) {
  scan.file = block.file;
  scan.extents.clear();
  scan.bad_lines.clear();
  scan.rows = 0;
  RecordReader<Measurement> reader;
  Measurement row;
  Text host;
  std::vector<Extent>* extents = nullptr;
  std::string_view rest = block.text;
  for (scan.lines = 0; !rest.empty(); ++scan.lines) {
    const char* const begin = rest.data();
    if (auto refusal = reader.read(next_line(rest), row)) {
      scan.bad_lines.push_back({scan.lines, std::move(*refusal)});
      continue;
    }
    if (look) look(row);
    const Extent extent(begin, static_cast<std::size_t>(rest.data() - begin));
    if (extents == nullptr || row.host != host) {
      host = row.host;
      extents = &scan.extents[host];
    }
    if (!extents->empty() && extents->back().end() == extent.begin()) {
      extents->back() = Extent(extents->back().data(), extents->back().size() + extent.size());
    } else {
      extents->push_back(extent);
    }
    ++scan.rows;
  }
}

struct HostRows {
  std::vector<Measurement> rows;  ///< they keep their memory from host to host
  std::function<void()> finish;
};

}  // namespace

struct RowsByHost::Files {
  std::vector<MappedFile> files;
  std::vector<std::pair<std::string, std::vector<Extent>>> hosts;  ///< in order of their names

  void forget_pages() const {
    for (const MappedFile& file : files) file.forget_pages();
  }
};

RowsByHost::RowsByHost(std::span<const std::filesystem::path> paths, const Look& look,
                       std::size_t threads)
    : files_(std::make_unique<Files>()), threads_(threads) {
  for (const auto& path : paths) files_->files.emplace_back(path);
  for (const MappedFile& file : files_->files) {
    if (!file.torn_line().empty()) {
      report_.torn_lines.push_back(file.path() + ": " + file.torn_line());
    }
  }
  Extents all;
  const MappedFile* file = nullptr;
  std::size_t line = 0;
  const std::vector<Block> blocks = blocks_of(files_->files);
  in_order<Scan>(
      blocks.size(), threads_,
      [&](std::size_t i, Scan& found) {
        scan(blocks[i], look, found);
        blocks[i].file->forget_pages();
      },
      [&](Scan& found) {
        if (std::exchange(file, found.file) != found.file) line = 2;  // the header is line 1
        report_.rows += found.rows;
        for (const BadLine& bad : found.bad_lines) {
          const FileError error(file->path(), line + bad.line, bad.refusal.column,
                                bad.refusal.what);
          report_.bad_rows.emplace_back(error.what());
        }
        line += found.lines;
        for (const auto& [host, extents] : found.extents) {
          auto& whole = all[host];
          whole.insert(whole.end(), extents.begin(), extents.end());
        }
      });
  report_.hosts = all.size();
  files_->hosts.reserve(all.size());
  while (!all.empty()) {
    auto host = all.extract(all.begin());
    files_->hosts.emplace_back(std::move(host.key()), std::move(host.mapped()));
  }
}

RowsByHost::~RowsByHost() = default;

void RowsByHost::each(const Work& work) const {
  std::atomic<std::size_t> bytes = 0;
  in_order<HostRows>(
      files_->hosts.size(), threads_,
      [&](std::size_t i, HostRows& own) {
        const auto& [host, extents] = files_->hosts[i];
        RecordReader<Measurement> reader;
        std::size_t count = 0, size = 0;
        for (Extent rest : extents) {
          size += rest.size();
          while (!rest.empty()) {
            if (count == own.rows.size()) own.rows.emplace_back();
            reader.read(next_line(rest), own.rows[count++]);  // good, as it was before
          }
        }
        const std::size_t before = bytes.fetch_add(size);
        if (before / block_bytes != (before + size) / block_bytes) files_->forget_pages();
        own.finish = work(host, std::span(own.rows).first(count));
      },
      [](HostRows& own) {
        if (own.finish) own.finish();
        own.finish = nullptr;  // what it holds is of this host
      });
}

HostOrderReport read_by_host(
    std::span<const std::filesystem::path> files,
    const std::function<void(const std::string&, std::span<const Measurement>)>& each) {
  const RowsByHost rows(files, {});
  rows.each([&](const std::string& host, std::span<const Measurement> own) {
    return [&each, &host, own] { each(host, own); };
  });
  return rows.report();
}

}  // namespace plumbline
