#pragma once

#include <fmt/core.h>

#include <compare>
#include <concepts>
#include <cstddef>
#include <functional>
#include <iosfwd>
#include <string>
#include <string_view>
#include <utility>

namespace plumbline {

/// The one copy.
struct KeptText {
  constexpr KeptText() = default;
  explicit KeptText(std::string_view characters);

  std::string text;
  bool is_cell = true;  ///< of a table, as it is: append_text_cell() would change nothing
};

class Text;

/// What a Text can be compared with and added to.
template <class T>
concept OtherText = std::convertible_to<const T&, std::string_view> && !std::same_as<T, Text>;

/// A text of which the program keeps one copy for good, for what rows say again and again: hosts,
/// metrics, subjects, units. It is as large as a pointer; to copy one or to ask whether two are
/// equal costs as much. To make one from characters looks them up, so texts that nearly every row
/// has its own of (a note, a sentence) are better a std::string. Safe in all threads.
class Text {
 public:
  Text() noexcept : kept_(&none_) {}
  Text(std::string_view text);
  Text(const std::string& text) : Text(std::string_view(text)) {}
  Text(const char* text) : Text(std::string_view(text)) {}

  const std::string& str() const noexcept { return kept_->text; }
  operator const std::string&() const noexcept { return str(); }
  operator std::string_view() const noexcept { return str(); }
  bool is_cell() const noexcept { return kept_->is_cell; }

  bool empty() const noexcept { return str().empty(); }
  std::size_t size() const noexcept { return str().size(); }
  const char* c_str() const noexcept { return str().c_str(); }
  char front() const { return str().front(); }
  char back() const { return str().back(); }
  bool starts_with(std::string_view start) const { return str().starts_with(start); }
  bool ends_with(std::string_view end) const { return str().ends_with(end); }
  std::size_t find(std::string_view part, std::size_t from = 0) const {
    return str().find(part, from);
  }
  std::size_t find(char c, std::size_t from = 0) const { return str().find(c, from); }
  std::string substr(std::size_t from, std::size_t count = std::string::npos) const {
    return str().substr(from, count);
  }

  friend bool operator==(const Text& a, const Text& b) noexcept { return a.kept_ == b.kept_; }
  friend std::strong_ordering operator<=>(const Text& a, const Text& b) noexcept {
    return a.kept_ == b.kept_ ? std::strong_ordering::equal : a.str() <=> b.str();
  }
  template <OtherText T>
  friend bool operator==(const Text& a, const T& b) {
    return a.str() == std::string_view(b);
  }
  template <OtherText T>
  friend std::strong_ordering operator<=>(const Text& a, const T& b) {
    return std::string_view(a) <=> std::string_view(b);
  }

  friend std::string operator+(const Text& a, const Text& b) { return a.str() + b.str(); }
  friend std::string operator+(const Text& a, char b) { return a.str() + b; }
  friend std::string operator+(char a, const Text& b) { return a + b.str(); }
  friend std::string operator+(std::string&& a, const Text& b) { return std::move(a) + b.str(); }
  template <OtherText T>
  friend std::string operator+(const Text& a, const T& b) {
    return std::string(a.str()).append(std::string_view(b));
  }
  template <OtherText T>
  friend std::string operator+(const T& a, const Text& b) {
    return std::string(std::string_view(a)).append(b.str());
  }

  friend std::ostream& operator<<(std::ostream& stream, const Text& text);

 private:
  static const KeptText none_;

  const KeptText* kept_;
};

}  // namespace plumbline

/// Of which text it is: another one in each run of the program.
template <>
struct std::hash<plumbline::Text> {
  std::size_t operator()(const plumbline::Text& text) const noexcept {
    return std::hash<const std::string*>()(&text.str());
  }
};

template <>
struct fmt::formatter<plumbline::Text> : fmt::formatter<std::string_view> {
  template <class Context>
  auto format(const plumbline::Text& text, Context& context) const {
    return fmt::formatter<std::string_view>::format(text, context);
  }
};
