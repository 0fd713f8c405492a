#include "probes/node/xml_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "results/schema/file_error.h"

namespace plumbline {
namespace {

/// Walks the tags of a text and keeps the open ones.
class TagWalk {
 public:
  TagWalk(const std::filesystem::path& file, std::string_view text) : file_(file), text_(text) {}

  void check() {
    bool seen_element = false;
    while ((at_ = text_.find('<', at_)) != std::string_view::npos) {
      if (starts("<!--")) {
        skip_past("-->", "a comment");
      } else if (starts("<?")) {
        skip_past("?>", "a processing instruction");
      } else if (starts("<!")) {
        skip_past(">", "a declaration");
      } else if (starts("</")) {
        close();
      } else {
        if (seen_element && open_.empty()) fail("an element behind the end of the first one");
        seen_element = true;
        open();
      }
    }
    at_ = text_.size();
    if (!open_.empty()) {
      fail("the file is cut: <" + std::string(open_.back().name) + "> of line " +
           std::to_string(open_.back().line) + " is not closed");
    }
  }

 private:
  struct Element {
    std::string_view name;
    std::size_t line;
  };

  bool starts(std::string_view prefix) const { return text_.substr(at_).starts_with(prefix); }

  /// Of the place where the walk is; counted on from the last time.
  std::size_t line() {
    const auto begin = text_.begin();
    line_ += static_cast<std::size_t>(std::count(begin + static_cast<std::ptrdiff_t>(counted_),
                                                 begin + static_cast<std::ptrdiff_t>(at_), '\n'));
    counted_ = at_;
    return line_;
  }

  [[noreturn]] void fail(const std::string& what) {
    throw FileError(file_, line(), "", "no well-formed XML: " + what);
  }

  void skip_past(std::string_view end, const std::string& what) {
    const std::size_t found = text_.find(end, at_);
    if (found == std::string_view::npos) fail(what + " does not end");
    at_ = found + end.size();
  }

  std::string_view name_at(std::size_t begin) const {
    const std::size_t end = text_.find_first_of(" \t\r\n/>", begin);
    return text_.substr(begin, end - begin);
  }

  void open() {
    const Element element{name_at(at_ + 1), line()};
    if (element.name.empty()) fail("a stray '<'");
    // A '>' may stand in an attribute's value.
    std::size_t end = at_ + 1;
    char quote = 0;
    for (; end < text_.size() && (quote != 0 || text_[end] != '>'); ++end) {
      const char c = text_[end];
      if (quote == 0 ? c == '"' || c == '\'' : c == quote) quote = quote == 0 ? c : 0;
      if (c == '<') fail(fmt::format("<{} has no '>'", element.name));
    }
    if (end == text_.size()) fail(fmt::format("<{} has no '>'", element.name));
    if (text_[end - 1] != '/') open_.push_back(element);
    at_ = end + 1;
  }

  void close() {
    const std::string name(name_at(at_ + 2));
    if (open_.empty()) fail("</" + name + "> closes nothing");
    if (open_.back().name != name) {
      fail("</" + name + "> where <" + std::string(open_.back().name) + "> of line " +
           std::to_string(open_.back().line) + " is open");
    }
    open_.pop_back();
    skip_past(">", "</" + name);
  }

  const std::filesystem::path& file_;
  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t counted_ = 0;  ///< up to here the lines are counted
  std::size_t line_ = 1;
  std::vector<Element> open_;
};

}  // namespace

void check_well_formed(const std::filesystem::path& file, const std::string& text) {
  TagWalk(file, text).check();
}

}  // namespace plumbline
