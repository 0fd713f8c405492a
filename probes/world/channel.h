#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "probes/world/deadline.h"
#include "probes/world/socket.h"

namespace plumbline {

/// A channel of no further use: what arrives on it are no messages, or the other end did not take
/// one in time. Says what was found, not whom it connects.
class ChannelError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The stream is at its end: the other end closed it, died, or its host has vanished.
class ChannelClosed : public ChannelError {
 public:
  using ChannelError::ChannelError;
};

/// One end of a stream of JSON messages over a connected stream socket that it owns. A message is
/// its length (four bytes, the most significant first) and so many bytes of JSON, nested at most 64
/// deep. One thread at a time.
class Channel {
 public:
  static constexpr std::size_t largest_message = std::size_t{64} << 20;

  /// `descriptor`: a connected SOCK_STREAM socket. `largest`: bytes of a message, either way.
  explicit Channel(int descriptor, std::size_t largest = largest_message);
  explicit Channel(Socket socket, std::size_t largest = largest_message);

  /// Gives the whole message to the kernel. While the other end does not read, what it sends is
  /// kept for receive(), so that two ends that send at once do not wait for each other. Throws
  /// ChannelClosed (receive() still gives what arrived before), ChannelError at the deadline, and
  /// std::length_error for a message that is too large, of which nothing is sent.
  void send(const nlohmann::json& message, Deadline deadline);

  /// The next message; nothing if it is not there in whole at the deadline: what has arrived of it
  /// is kept. Throws ChannelClosed at the end of the stream, ChannelError for what is no message.
  std::optional<nlohmann::json> receive(Deadline deadline);

  /// Whether receive() would return a message or throw without reading: poll(2) of descriptor()
  /// does not tell of what was read already.
  bool has_more() const;

  /// For a peer that is trusted from now on: how large messages may be.
  void allow_messages_of(std::size_t largest) { largest_ = largest; }

  int descriptor() const { return socket_.descriptor(); }

 private:
  std::optional<std::size_t> next_length() const;  ///< of the message whose length has arrived
  bool has_whole_message() const;
  std::optional<nlohmann::json> take_message();
  std::string_view arrived() const;
  bool read_some();  ///< false: there is nothing now, or never again
  void give_up(std::string why);

  Socket socket_;
  std::size_t largest_;
  std::string inbox_;
  std::size_t taken_ = 0;              ///< bytes at the front of inbox_ that are done with
  std::optional<std::string> end_;     ///< why nothing more arrives
  std::optional<std::string> broken_;  ///< why what arrives or is sent makes no sense any more
};

/// The two ends of a new channel between processes of this host; both are closed on exec.
std::pair<Channel, Channel> channel_pair();

/// Waits until something is to be had from one of them, or the deadline. Returns the indices of
/// those: receive() has a message, a part of one, or throws.
std::vector<std::size_t> wait_for_any(std::span<const Channel* const> channels, Deadline deadline);

}  // namespace plumbline
