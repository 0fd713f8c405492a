#pragma once

#include <cstddef>
#include <functional>
#include <memory>

namespace plumbline::virtual_node {

/// A stack of its own on which code runs until it yields, to be resumed later where it was.
class Fibre {
 public:
  /// `run` is called on the first resume() and must never return: it yields for ever when done.
  explicit Fibre(std::function<void()> run);
  Fibre(const Fibre&) = delete;
  Fibre& operator=(const Fibre&) = delete;
  ~Fibre();

  /// Goes on where the fibre is, until it yields. Not from within a fibre.
  void resume();
  /// Back to who resumed. From within this fibre.
  void yield();

 private:
  struct Stack;
  static void begin();

  std::function<void()> run_;
  std::unique_ptr<Stack> stack_;
};

}  // namespace plumbline::virtual_node
