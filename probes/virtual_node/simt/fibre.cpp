#include "probes/virtual_node/simt/fibre.h"

#include <sys/mman.h>

#include <cstdlib>
#include <new>
#include <utility>

#ifndef __x86_64__
#include <ucontext.h>
#endif

namespace plumbline::virtual_node {
namespace {

constexpr std::size_t stack_bytes = std::size_t{64} << 10;

/// The fibre that begin() is to run: a new stack cannot be given an argument in all ways of
/// switching.
thread_local Fibre* beginning = nullptr;

}  // namespace

#ifdef __x86_64__

// Saves the registers that a call preserves on this stack, and takes them from another. A dozen
// instructions; swapcontext() makes two system calls for the signal mask each time.
extern "C" void plumbline_switch_stack(void** save, void* to);
__asm__(R"(
    .pushsection .text
    .type plumbline_switch_stack,@function
plumbline_switch_stack:
    push %rbp
    push %rbx
    push %r12
    push %r13
    push %r14
    push %r15
    mov %rsp, (%rdi)
    mov %rsi, %rsp
    pop %r15
    pop %r14
    pop %r13
    pop %r12
    pop %rbx
    pop %rbp
    ret
    .size plumbline_switch_stack, .-plumbline_switch_stack
    .popsection
)");

struct Fibre::Stack {
  void* memory = nullptr;
  void* own = nullptr;     ///< where this fibre goes on
  void* caller = nullptr;  ///< where who resumed it goes on

  explicit Stack(void (*begin)()) {
    memory =
        ::mmap(nullptr, stack_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) throw std::bad_alloc();
    auto** top = reinterpret_cast<void**>(static_cast<std::byte*>(memory) + stack_bytes);
    *--top = nullptr;  // where begin() would return to: the stack is aligned as after a call
    *--top = reinterpret_cast<void*>(begin);
    for (int preserved = 0; preserved < 6; ++preserved) *--top = nullptr;
    own = top;
  }
  Stack(const Stack&) = delete;
  Stack& operator=(const Stack&) = delete;
  ~Stack() { ::munmap(memory, stack_bytes); }
  void enter() { plumbline_switch_stack(&caller, own); }
  void leave() { plumbline_switch_stack(&own, caller); }
};

#else

struct Fibre::Stack {
  void* memory = nullptr;
  ucontext_t own{};
  ucontext_t caller{};

  explicit Stack(void (*begin)()) {
    memory =
        ::mmap(nullptr, stack_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) throw std::bad_alloc();
    ::getcontext(&own);
    own.uc_stack.ss_sp = memory;
    own.uc_stack.ss_size = stack_bytes;
    ::makecontext(&own, begin, 0);
  }
  Stack(const Stack&) = delete;
  Stack& operator=(const Stack&) = delete;
  ~Stack() { ::munmap(memory, stack_bytes); }
  void enter() { ::swapcontext(&caller, &own); }
  void leave() { ::swapcontext(&own, &caller); }
};

#endif

Fibre::Fibre(std::function<void()> run)
    : run_(std::move(run)), stack_(std::make_unique<Stack>(&Fibre::begin)) {}

Fibre::~Fibre() = default;

void Fibre::begin() {
  beginning->run_();
  std::abort();  // it returned
}

void Fibre::resume() {
  beginning = this;
  stack_->enter();
}

void Fibre::yield() { stack_->leave(); }

}  // namespace plumbline::virtual_node
