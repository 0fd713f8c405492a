#pragma once

#include <map>
#include <ostream>
#include <string>

#include "results/schema/measurement.h"
#include "suites/running/task_outcome.h"

namespace plumbline {

/// The task that runs now, as a person follows it.
struct TaskProgress {
  std::size_t number = 0;  ///< of `total`, from 1
  std::size_t total = 0;
  Task task;
  Seconds elapsed{0};
  std::optional<Seconds> left;        ///< of the whole run, if it can be told
  std::optional<Measurement> newest;  ///< the last row
  std::uint64_t rows = 0;             ///< of this task so far
  std::filesystem::path log;
};

/// Shows how a run goes. All of it is told the same things; what is shown where differs.
class Progress {
 public:
  virtual ~Progress() = default;
  virtual void task_started(const TaskProgress& task) = 0;
  virtual void tick(const TaskProgress& task) = 0;
  virtual void task_ended(const TaskProgress& task, const TaskEnd& end) = 0;
  /// A sentence of the runner itself.
  virtual void say(const std::string& sentence) = 0;
  /// How often tick() is wanted; 0: never.
  virtual Seconds interval() const { return Seconds{0}; }
};

/// A log, a pipe, a mail from cron: a line when a task begins and one when it ends.
class PlainProgress final : public Progress {
 public:
  explicit PlainProgress(std::ostream& out) : out_(out) {}
  void task_started(const TaskProgress& task) override;
  void tick(const TaskProgress&) override {}
  void task_ended(const TaskProgress& task, const TaskEnd& end) override;
  void say(const std::string& sentence) override;

 private:
  std::ostream& out_;
};

/// A terminal: a line for each task that has ended, and one that moves.
class LiveProgress final : public Progress {
 public:
  /// `width` in characters, asked anew for each line.
  LiveProgress(std::ostream& out, std::function<std::size_t()> width, bool colour)
      : out_(out), width_(std::move(width)), colour_(colour) {}
  ~LiveProgress() override;
  void task_started(const TaskProgress& task) override { tick(task); }
  void tick(const TaskProgress& task) override;
  void task_ended(const TaskProgress& task, const TaskEnd& end) override;
  void say(const std::string& sentence) override;
  Seconds interval() const override { return Seconds{0.5}; }

 private:
  void clear();

  std::ostream& out_;
  std::function<std::size_t()> width_;
  bool colour_;
  bool shown_ = false;  ///< the moving line stands there
};

/// Says nothing.
class NoProgress final : public Progress {
 public:
  void task_started(const TaskProgress&) override {}
  void tick(const TaskProgress&) override {}
  void task_ended(const TaskProgress&, const TaskEnd&) override {}
  void say(const std::string&) override {}
};

/// "[2/7] host_memory#1  42 s of at most 10 min  4 min left  host_memory.read numa0 103 GB/s"
std::string live_line(const TaskProgress& task, std::size_t width);

/// "[2/7] host_memory#1  ok in 42 s, 12 rows", or the reason why not and where the log is.
std::string end_line(const TaskProgress& task, const TaskEnd& end);

/// "host_memory.read numa0>numa1 103 GB/s"
std::string last_value(const Measurement& row);

}  // namespace plumbline
