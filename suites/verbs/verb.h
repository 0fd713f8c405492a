#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "results/schema/install_tree.h"

namespace plumbline {

/// A verb that `plumbline` has itself.
struct Verb {
  const char* name;
  const char* purpose;
  /// The verb's own main(): arguments behind the verb; returns an ExitCode. Errors are thrown.
  int (*run)(const std::vector<std::string>& arguments, const InstallTree& tree);
};

std::span<const Verb> own_verbs();

int run_verb(const std::vector<std::string>& arguments, const InstallTree& tree);
int plan_verb(const std::vector<std::string>& arguments, const InstallTree& tree);
int resume_verb(const std::vector<std::string>& arguments, const InstallTree& tree);
int retry_verb(const std::vector<std::string>& arguments, const InstallTree& tree);
int accept_verb(const std::vector<std::string>& arguments, const InstallTree& tree);
int rehearse_verb(const std::vector<std::string>& arguments, const InstallTree& tree);
int manifest_verb(const std::vector<std::string>& arguments, const InstallTree& tree);
int relay_verb(const std::vector<std::string>& arguments, const InstallTree& tree);
int probe_verb(const std::vector<std::string>& arguments, const InstallTree& tree);

/// Parses a verb's command line. The exit code if that ends the program: help, or a usage error.
std::optional<int> parse(CLI::App& app, std::vector<std::string> arguments);

}  // namespace plumbline
