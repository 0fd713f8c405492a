#pragma once

#include <compare>
#include <cstddef>
#include <functional>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace plumbline {

struct KeptParams;

/// What names the work of a measurement beside its subject and size: "dtype=bf16;m=8192".
/// Keys are ordered, so two equal sets have one spelling. Keys and values hold neither '=' nor ';'.
/// Of equal sets the program keeps one for good, as with Text: to copy and compare them is cheap,
/// to change them is not. To make one that could not be read again throws std::logic_error.
class Params {
 public:
  using Map = std::map<std::string, std::string, std::less<>>;

  Params();
  Params(std::initializer_list<Map::value_type> pairs) : Params(Map(pairs)) {}
  explicit Params(const Map& pairs);

  void set(std::string_view key, std::string_view value);
  /// What `other` has too stays as it is.
  void add(const Params& other);
  void erase(std::string_view key);

  const Map& pairs() const noexcept;
  Map::const_iterator begin() const { return pairs().begin(); }
  Map::const_iterator end() const { return pairs().end(); }
  Map::const_iterator find(std::string_view key) const { return pairs().find(key); }
  bool contains(std::string_view key) const { return pairs().contains(key); }
  /// Throws std::out_of_range.
  const std::string& at(const std::string& key) const { return pairs().at(key); }
  bool empty() const { return pairs().empty(); }
  /// As Text::is_cell(), of how they are spelled.
  bool is_cell() const noexcept;
  std::size_t size() const { return pairs().size(); }

  friend bool operator==(const Params& a, const Params& b) noexcept { return a.kept_ == b.kept_; }
  friend auto operator<=>(const Params& a, const Params& b) {
    return a == b ? std::strong_ordering::equal : a.pairs() <=> b.pairs();
  }

 private:
  friend std::hash<Params>;
  friend const std::string& format_params(const Params& params);
  friend std::optional<Params> parse_params(std::string_view text);

  const KeptParams* kept_;
};

/// Would be a list: pairs() is an object.
template <class Json>
void to_json(Json&, const Params&) = delete;

/// "a=1;b=2"; empty for no parameters.
const std::string& format_params(const Params& params);

/// The inverse; nothing if a part has no '=', an empty key, or a key comes twice.
std::optional<Params> parse_params(std::string_view text);

/// True if every pair of `part` stands in `whole`.
bool contains(const Params& whole, const Params& part);

}  // namespace plumbline

/// Of which set it is: another one in each run of the program.
template <>
struct std::hash<plumbline::Params> {
  std::size_t operator()(const plumbline::Params& params) const noexcept {
    return std::hash<const plumbline::KeptParams*>()(params.kept_);
  }
};
