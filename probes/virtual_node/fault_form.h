#pragma once

#include <span>
#include <string>
#include <string_view>

namespace plumbline::virtual_node {

/// One way to say on a command line what is wrong with a machine: "gpu3.hbm=0.8". It comes to one
/// [[fault]] of the machine's file; machine.cpp knows what each does.
struct FaultForm {
  const char* subject;   ///< "gpuN", "gpuN>gpuM", or a word
  const char* property;  ///< "hbm"
  const char* value;     ///< what stands behind '=': "FACTOR"; "" if nothing does
  const char* key;       ///< of the fault, for the value; "" if nothing does
  bool is_text;          ///< the value is a text, not a number
  const char* fault;     ///< the rest of the fault, lines of TOML
  const char* meaning;
};

/// All that there are; a new kind of fault is a new line here.
std::span<const FaultForm> fault_forms();

/// "gpuN.hbm=FACTOR"
std::string spelling(const FaultForm& form);

/// The [[fault]] table of what was typed: a form above, or "KIND:key=value,key=value" with a kind
/// and its keys as in a machine's file. Throws std::invalid_argument that says what was expected.
std::string fault_table(std::string_view typed);

}  // namespace plumbline::virtual_node
