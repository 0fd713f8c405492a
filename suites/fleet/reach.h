#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "suites/fleet/fan_out.h"

namespace plumbline {

/// Hosts that ssh leads to without asking for anything.
struct Ssh {
  std::vector<std::string> command = {"ssh"};  ///< with its options, without the host
  std::filesystem::path bin;                   ///< of plumbline's programs on the hosts
  /// So many connections from here. Of more hosts, each connection's host leads to some others.
  std::size_t at_once = 64;
};
Reach reach_by_ssh(Ssh ssh);

/// A host of many that `own` leads to: itself without ssh, the others by ssh.
Reach reach_from(std::string own, Ssh ssh);

/// Hosts that Open MPI's mpirun starts on, with whatever it is set up for there (rsh, PBS, LSF).
/// One for each host, all from here: one for all of them would end them all with the first that is
/// lost.
struct Mpirun {
  std::vector<std::string> command = {"mpirun"};  ///< with more options of its own
  std::filesystem::path bin;
};
Reach reach_by_mpirun(Mpirun mpirun);

/// Hosts of the Slurm allocation that this process is in: one srun for all of them.
struct Srun {
  std::vector<std::string> command = {"srun"};  ///< with more options of its own
  std::filesystem::path bin;
};
Reach reach_by_srun(Srun srun);

/// The words of a command as a person types it in one option: "ssh -F 'my config'". Quotes as in a
/// shell, nothing else. Throws std::invalid_argument for a quote that does not end.
std::vector<std::string> words_of_command(const std::string& text);

}  // namespace plumbline
