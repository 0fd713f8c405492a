#include "results/schema/time.h"

#include <fmt/format.h>

namespace plumbline {
namespace {

struct Fields {
  std::chrono::year_month_day date;
  std::chrono::hh_mm_ss<std::chrono::milliseconds> time;
};

Fields split(WallTime time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  return {std::chrono::year_month_day{day},
          std::chrono::hh_mm_ss<std::chrono::milliseconds>{time - day}};
}

/// The digits at [at, at + count) as a number, -1 if one is not a digit.
int digits(std::string_view text, std::size_t at, std::size_t count) {
  int value = 0;
  for (const char c : text.substr(at, count)) {
    if (c < '0' || c > '9') return -1;
    value = 10 * value + (c - '0');
  }
  return value;
}

}  // namespace

std::string format_time(WallTime time) {
  const Fields f = split(time);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(f.date.year()),
                     static_cast<unsigned>(f.date.month()), static_cast<unsigned>(f.date.day()),
                     f.time.hours().count(), f.time.minutes().count(), f.time.seconds().count(),
                     f.time.subseconds().count());
}

std::string format_time_for_name(WallTime time) {
  const Fields f = split(time);
  return fmt::format("{:04}{:02}{:02}T{:02}{:02}{:02}Z", static_cast<int>(f.date.year()),
                     static_cast<unsigned>(f.date.month()), static_cast<unsigned>(f.date.day()),
                     f.time.hours().count(), f.time.minutes().count(), f.time.seconds().count());
}

std::optional<WallTime> parse_time(std::string_view text) {
  static constexpr std::string_view pattern = "dddd-dd-ddTdd:dd:dd.dddZ";
  if (text.size() != pattern.size()) return std::nullopt;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] != 'd' && text[i] != pattern[i]) return std::nullopt;
  }
  const int year = digits(text, 0, 4), month = digits(text, 5, 2), day = digits(text, 8, 2);
  const int hour = digits(text, 11, 2), minute = digits(text, 14, 2), second = digits(text, 17, 2);
  const int milli = digits(text, 20, 3);
  if (month < 0 || day < 0 || hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 ||
      second > 60 || milli < 0) {
    return std::nullopt;
  }
  const std::chrono::year_month_day date{std::chrono::year{year},
                                         std::chrono::month{static_cast<unsigned>(month)},
                                         std::chrono::day{static_cast<unsigned>(day)}};
  if (year < 0 || !date.ok()) return std::nullopt;
  return std::chrono::sys_days{date} + std::chrono::hours{hour} + std::chrono::minutes{minute} +
         std::chrono::seconds{second} + std::chrono::milliseconds{milli};
}

WallTime wall_now() {
  return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

}  // namespace plumbline
