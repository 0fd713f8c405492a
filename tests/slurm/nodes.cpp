#include "tests/slurm/nodes.h"

namespace plumbline {

std::string slurm_rig() { return PLUMBLINE_SLURM_RIG; }

std::string build_folder() { return PLUMBLINE_BUILD; }

}  // namespace plumbline
