#pragma once

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <string>

#include "results/schema/exit_code.h"

namespace plumbline {

/// Parses the command line and runs `work`, which returns an exit code. Usage errors are 2, and so
/// is everything that is thrown: each says in one line on stderr what is wrong.
template <class Work>
int run_program(CLI::App& app, int argc, char** argv, const Work& work) {
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? exit_ok : exit_usage;
  }
  try {
    return work();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s: %s\n", app.get_name().c_str(), error.what());
    return exit_usage;
  }
}

}  // namespace plumbline
