#include "probes/world/channel.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <system_error>

namespace plumbline {
namespace {

constexpr std::size_t header_size = 4;
constexpr std::size_t chunk = std::size_t{64} << 10;

std::array<char, header_size> header_of(std::size_t length) {
  std::array<char, header_size> header{};
  for (std::size_t i = 0; i < header_size; ++i) {
    header[i] = static_cast<char>((length >> (8 * (header_size - 1 - i))) & 0xff);
  }
  return header;
}

/// The beginning of what was found, as it may stand in a message of one line.
std::string excerpt(std::string_view text) {
  std::string shown;
  for (const char c : text.substr(0, 32)) shown += c >= ' ' && c <= '~' ? c : '.';
  return text.size() > 32 ? shown + "..." : shown;
}

/// Copying, writing and destroying a value take a stack as deep as it is: nobody may choose that.
constexpr int deepest = 64;

bool is_too_deep(std::string_view json) {
  int depth = 0;
  bool in_text = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (c == '"') {
      in_text = !in_text;
    } else if (in_text) {
      if (c == '\\') ++i;
    } else if (c == '[' || c == '{') {
      if (++depth > deepest) return true;
    } else if (c == ']' || c == '}') {
      --depth;
    }
  }
  return false;
}

/// Waits for `events`; false at the deadline.
bool wait_for(int descriptor, short events, Deadline deadline) {
  pollfd polled{descriptor, events, 0};
  while (true) {
    const int ready = ::poll(&polled, 1, poll_milliseconds(deadline));
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR)
      throw std::system_error(errno, std::generic_category(), "poll");
    if (has_passed(deadline)) return false;
  }
}

}  // namespace

Channel::Channel(int descriptor, std::size_t largest) : Channel(Socket(descriptor), largest) {}

Channel::Channel(Socket socket, std::size_t largest)
    : socket_(std::move(socket)), largest_(largest) {
  const int flags = ::fcntl(socket_.descriptor(), F_GETFL);
  if (flags < 0 || ::fcntl(socket_.descriptor(), F_SETFL, flags | O_NONBLOCK) < 0) {
    throw std::system_error(errno, std::generic_category(), "a channel's socket");
  }
}

std::string_view Channel::arrived() const { return std::string_view(inbox_).substr(taken_); }

std::optional<std::size_t> Channel::next_length() const {
  const std::string_view bytes = arrived();
  if (bytes.size() < header_size) return std::nullopt;
  std::size_t length = 0;
  for (const char byte : bytes.substr(0, header_size)) {
    length = length << 8 | static_cast<std::uint8_t>(byte);
  }
  return length;
}

bool Channel::has_whole_message() const {
  const auto length = next_length();
  return length && arrived().size() >= header_size + *length;
}

bool Channel::has_more() const {
  if (broken_ || end_ || has_whole_message()) return true;
  const auto length = next_length();
  return length && *length > largest_;
}

void Channel::give_up(std::string why) {
  broken_ = std::move(why);
  throw ChannelError(*broken_);
}

std::optional<nlohmann::json> Channel::take_message() {
  const auto length = next_length();
  if (!length) return std::nullopt;
  if (*length > largest_) {
    give_up(fmt::format("found \"{}\", expected a message of at most {} bytes after its length",
                        excerpt(arrived()), largest_));
  }
  if (!has_whole_message()) return std::nullopt;
  const std::string_view text = arrived().substr(header_size, *length);
  if (is_too_deep(text)) {
    give_up(fmt::format("found \"{}\", expected a message of at most {} levels", excerpt(text),
                        deepest));
  }
  nlohmann::json message = nlohmann::json::parse(text.begin(), text.end(), nullptr, false);
  if (message.is_discarded()) {
    give_up(fmt::format("found \"{}\", expected a message in JSON", excerpt(text)));
  }
  taken_ += header_size + *length;
  return message;
}

bool Channel::read_some() {
  if (end_) return false;
  if (taken_ != 0) {
    inbox_.erase(0, taken_);
    taken_ = 0;
  }
  std::array<char, chunk> bytes;
  ssize_t count = 0;
  do {
    count = ::recv(socket_.descriptor(), bytes.data(), bytes.size(), 0);
  } while (count < 0 && errno == EINTR);
  if (count > 0) {
    inbox_.append(bytes.data(), static_cast<std::size_t>(count));
    return true;
  }
  if (count == 0) {
    end_ = "the other end closed the connection";
  } else if (errno != EAGAIN && errno != EWOULDBLOCK) {
    end_ = fmt::format("the connection broke: {}", std::strerror(errno));
  }
  return false;
}

std::optional<nlohmann::json> Channel::receive(Deadline deadline) {
  while (true) {
    if (broken_) throw ChannelError(*broken_);
    if (auto message = take_message()) return message;
    if (read_some()) continue;
    if (end_) {
      throw ChannelClosed(arrived().empty()
                              ? *end_
                              : fmt::format("{}, after {} bytes of an unfinished message", *end_,
                                            arrived().size()));
    }
    if (!wait_for(socket_.descriptor(), POLLIN, deadline)) return std::nullopt;
  }
}

void Channel::send(const nlohmann::json& message, Deadline deadline) {
  if (broken_) throw ChannelError(*broken_);
  // Texts come from elsewhere (file names, libraries): what is no UTF-8 must not end the sender.
  const std::string text = message.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  if (text.size() > largest_) {
    throw std::length_error(
        fmt::format("found a message of {} bytes, expected at most {}", text.size(), largest_));
  }
  const auto header = header_of(text.size());
  const std::string frame = std::string(header.data(), header.size()) + text;
  std::string_view left = frame;
  const std::size_t most_kept = header_size + largest_ + chunk;
  while (true) {
    const ssize_t count = ::send(socket_.descriptor(), left.data(), left.size(), MSG_NOSIGNAL);
    if (count > 0) left.remove_prefix(static_cast<std::size_t>(count));
    if (left.empty()) return;
    if (count > 0 || errno == EINTR) continue;
    if (errno != EAGAIN && errno != EWOULDBLOCK) {
      throw ChannelClosed(errno == EPIPE
                              ? "the other end closed the connection"
                              : fmt::format("the connection broke: {}", std::strerror(errno)));
    }
    const bool can_keep = !end_ && arrived().size() < most_kept;
    const short events = can_keep ? POLLIN | POLLOUT : POLLOUT;
    if (!wait_for(socket_.descriptor(), events, deadline)) {
      give_up(fmt::format("the other end took {} of {} bytes of a message in time",
                          frame.size() - left.size(), frame.size()));
    }
    if (can_keep) read_some();
  }
}

std::pair<Channel, Channel> channel_pair() {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    throw std::system_error(errno, std::generic_category(), "socketpair");
  }
  Socket first(ends[0]);
  Socket second(ends[1]);
  return {Channel(std::move(first)), Channel(std::move(second))};
}

std::vector<std::size_t> wait_for_any(std::span<const Channel* const> channels, Deadline deadline) {
  std::vector<pollfd> polled;
  bool some_have_more = false;
  for (const Channel* channel : channels) {
    polled.push_back({channel->descriptor(), POLLIN, 0});
    some_have_more = some_have_more || channel->has_more();
  }
  int ready = 0;
  do {
    ready = ::poll(polled.data(), static_cast<nfds_t>(polled.size()),
                   some_have_more ? 0 : poll_milliseconds(deadline));
    if (ready < 0 && errno != EINTR)
      throw std::system_error(errno, std::generic_category(), "poll");
  } while (ready <= 0 && !some_have_more && !has_passed(deadline));
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < channels.size(); ++i) {
    if (channels[i]->has_more() || (ready > 0 && polled[i].revents != 0)) found.push_back(i);
  }
  return found;
}

}  // namespace plumbline
