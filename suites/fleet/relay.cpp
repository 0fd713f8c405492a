#include "suites/fleet/relay.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>

#include <cerrno>
#include <fstream>
#include <map>
#include <system_error>

#include "results/schema/exit_code.h"
#include "results/schema/host_identity.h"
#include "suites/fleet/frame.h"
#include "suites/fleet/scratch.h"
#include "suites/launch/child_process.h"
#include "suites/launch/open_descriptors.h"

namespace plumbline {
namespace fs = std::filesystem;
namespace {

constexpr Seconds look_around{0.2};
constexpr Seconds silence{5};  ///< after so long something is said

/// Frames to the other side. Whether anybody listens is known from the first failed write on.
class Voice {
 public:
  explicit Voice(int output) : output_(output) {}

  void say(const Frame& frame) {
    const std::string line = to_line(frame);
    for (std::size_t written = 0; listened_ && written < line.size();) {
      const ssize_t count = ::write(output_, line.data() + written, line.size() - written);
      if (count > 0) written += static_cast<std::size_t>(count);
      if (count < 0 && errno == EAGAIN) {
        pollfd ready{output_, POLLOUT, 0};
        ::poll(&ready, 1, -1);
      } else if (count < 0 && errno != EINTR) {
        listened_ = false;
      }
    }
    last_ = std::chrono::steady_clock::now();
  }

  bool listened() const { return listened_; }
  Seconds silent_for() const { return std::chrono::steady_clock::now() - last_; }

 private:
  int output_;
  bool listened_ = true;
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

/// Says what a folder's files grow by.
class FolderWatch {
 public:
  FolderWatch(fs::path folder, Frame frame, Voice& voice, std::size_t longest_line)
      : folder_(std::move(folder)),
        frame_(std::move(frame)),
        voice_(voice),
        longest_line_(longest_line) {
    frame_.kind = Frame::Kind::bytes;
  }

  /// What is there already is known to the other side.
  void know(const std::string& file, std::uint64_t size) { told_[file] = size; }

  void look() {
    std::error_code gone;  // a file may vanish while we look
    for (auto entry = fs::recursive_directory_iterator(folder_, gone);
         entry != fs::recursive_directory_iterator(); entry.increment(gone)) {
      if (entry->is_regular_file(gone)) tell(entry->path());
    }
  }

 private:
  void tell(const fs::path& path) {
    const std::string file = path.lexically_relative(folder_);
    std::uint64_t& told = told_[file];
    std::ifstream stream(path, std::ios::binary | std::ios::ate);
    if (!stream) return;
    const auto size = static_cast<std::uint64_t>(stream.tellg());
    if (size < told) told = 0;  // written anew
    stream.seekg(static_cast<std::streamoff>(told));
    while (told < size) {
      frame_.file = file;
      frame_.offset = told;
      frame_.bytes.resize(std::min<std::uint64_t>(size - told, longest_line_));
      stream.read(frame_.bytes.data(), static_cast<std::streamsize>(frame_.bytes.size()));
      frame_.bytes.resize(static_cast<std::size_t>(stream.gcount()));
      if (frame_.bytes.empty()) return;
      say_in_lines(frame_);
      told += frame_.bytes.size();
    }
  }

  /// In as many pieces as the length of lines demands.
  void say_in_lines(const Frame& frame) {
    if (frame.bytes.size() <= 1 || to_line(frame).size() <= longest_line_) return voice_.say(frame);
    Frame half = frame;
    half.bytes.resize(frame.bytes.size() / 2);
    say_in_lines(half);
    half.offset = frame.offset + half.bytes.size();
    half.bytes = frame.bytes.substr(half.bytes.size());
    say_in_lines(half);
  }

  fs::path folder_;
  Frame frame_;
  Voice& voice_;
  std::size_t longest_line_;
  std::map<std::string, std::uint64_t> told_;
};

void write_file(const fs::path& file, const std::string& bytes) {
  fs::create_directories(file.parent_path());
  std::ofstream stream(file, std::ios::binary);
  stream << bytes;
  if (!stream.flush()) throw std::runtime_error(file.string() + ": cannot be written");
}

std::string in_folder(std::string word, const fs::path& folder) {
  constexpr std::string_view place = "{folder}";
  for (std::size_t at = word.find(place); at != std::string::npos; at = word.find(place, at)) {
    word.replace(at, place.size(), folder.string());
    at += folder.string().size();
  }
  return word;
}

/// The other side has closed its end, or says something that nobody asked for.
bool has_ended(int input) {
  pollfd state{input, POLLIN, 0};
  if (::poll(&state, 1, 0) <= 0) return false;
  char byte = 0;
  return ::read(input, &byte, 1) <= 0;
}

/// Waits until the other side has closed its end. What a program wrote right before it ended may
/// arrive in pieces with the lines of others between them: slurmstepd keeps lines whole only
/// before.
void stay_until_dismissed(int input, Interruption& interruption) {
  while (input >= 0 && interruption.count() == 0 && !has_ended(input)) {
    pollfd state{input, POLLIN, 0};
    ::poll(&state, 1, 1000);
  }
}

ProcessEnd carry_out(const HostOrder& order, const fs::path& folder, FolderWatch& watch,
                     const RelayPlace& place, Voice& voice, Interruption& interruption) {
  std::vector<std::string> command = {place.bin / order.command.front()};
  for (std::size_t i = 1; i < order.command.size(); ++i) {
    command.push_back(in_folder(order.command[i], folder));
  }
  const fs::path log = folder / "output.log";
  const Descriptor output = open_log(log);
  ChildProcess child(command, output.get(), output.get());
  try {
    child.release();
  } catch (const std::system_error& error) {
    throw std::runtime_error(command.front() + " cannot be started: " + error.code().message());
  }
  voice.say({.kind = Frame::Kind::began,
             .host = order.host,
             .task = order.task,
             .bytes = PLUMBLINE_VERSION});
  bool told_to_end = false;
  const auto tick = [&](Seconds) {
    watch.look();
    if (voice.silent_for() >= silence) {
      voice.say({.kind = Frame::Kind::alive, .host = order.host, .task = order.task});
    }
    if (!told_to_end && (!voice.listened() || has_ended(place.input))) {
      told_to_end = true;
      ::kill(::getpid(), SIGTERM);  // which supervise() takes for what it is: nobody waits any more
    }
  };
  return supervise(child, {.deadline = order.deadline}, interruption, tick, look_around);
}

void obey(const HostOrder& order, const std::string& run, const RelayPlace& place, Voice& voice,
          Interruption& interruption) {
  const Frame frame{.host = order.host, .task = order.task};
  try {
    const Scratch scratch(place.scratch /
                          file_safe("plumbline-" + run + '-' + order.host + '-' + order.task));
    FolderWatch watch(scratch.folder(), frame, voice, place.longest_line);
    for (const auto& [name, bytes] : order.files) {
      write_file(scratch.folder() / name, bytes);
      watch.know(name, bytes.size());
    }
    Frame ended = frame;
    ended.kind = Frame::Kind::ended;
    ended.end = carry_out(order, scratch.folder(), watch, place, voice, interruption);
    watch.look();
    voice.say(ended);
  } catch (const std::exception& error) {
    Frame said = frame;
    said.kind = Frame::Kind::said;
    said.bytes = error.what();
    voice.say(said);
  }
}

}  // namespace

int relay(const FleetOrder& order, const std::string& host, const RelayPlace& place,
          Interruption& interruption) {
  Voice voice(place.output);
  bool any = false;
  for (const HostOrder& one : order.orders) {
    if (one.host != host) continue;
    any = true;
    if (interruption.count() > 0) break;
    obey(one, order.run, place, voice, interruption);
  }
  if (!any) return exit_usage;
  if (voice.listened()) stay_until_dismissed(place.input, interruption);
  return exit_ok;
}

namespace {

/// Passes frames on.
class PassOn final : public FleetListener {
 public:
  PassOn(const RelayPlace& place) : place_(place), voice_(place.output) {}

  void frame(const Frame& frame) override { voice_.say(frame); }
  void lost(const HostOrder& order, Loss loss, const std::string& reason) override {
    voice_.say({.kind = loss == Loss::host ? Frame::Kind::gone : Frame::Kind::said,
                .host = order.host,
                .task = order.task,
                .bytes = reason});
  }
  void tick() override {
    if (left_ || (voice_.listened() && !has_ended(place_.input))) return;
    left_ = true;
    ::kill(::getpid(), SIGTERM);
  }

 private:
  const RelayPlace& place_;
  Voice voice_;
  bool left_ = false;
};

}  // namespace

int spread(const FleetOrder& order, const Reach& reach, const RelayPlace& place,
           Interruption& interruption) {
  PassOn listener(place);
  const fs::path log = place.scratch / file_safe("plumbline-" + order.run + "-spread.log");
  const bool done = fan_out(order, reach, {}, log, listener, interruption);
  std::error_code ignored;
  fs::remove(log, ignored);
  return done ? exit_ok : exit_interrupted;
}

std::string read_order_line(int input) {
  std::string line;
  char block[65536];
  while (line.empty() || line.back() != '\n') {
    const ssize_t count = ::read(input, block, sizeof block);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) throw std::runtime_error("the standard input ended before an order had come");
    line.append(block, static_cast<std::size_t>(count));
  }
  return line;
}

}  // namespace plumbline
