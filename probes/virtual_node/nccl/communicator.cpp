#include "probes/virtual_node/nccl/communicator.h"

#include <dlfcn.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "probes/virtual_node/nccl/reduction.h"

// What the virtual libcuda.so.1 exports (meeting.h).
extern "C" {
std::uint64_t plumbline_meeting_open(unsigned parties);
int plumbline_meeting_join(std::uint64_t meeting, int gpu, CUstream stream);
void plumbline_meeting_describe(std::uint64_t meeting,
                                const plumbline::virtual_node::MeetingWork* work);
void plumbline_meeting_cancel(std::uint64_t meeting);
int plumbline_gpu_hangs(int gpu);
int plumbline_current_gpu(int* device);
void plumbline_spend(double nanoseconds);
}

namespace plumbline::virtual_node {
namespace {

namespace fs = std::filesystem;

constexpr char id_mark[8] = {'v', 'n', 'o', 'd', 'e', 'i', 'd', '1'};
/// Of meetings that may still be under way: more than a program can queue before it waits.
constexpr std::size_t most_meetings = 1 << 16;

std::string error_text;  // NOLINT: NCCL keeps one of the process too

std::set<ncclComm*>& comms() {
  static std::set<ncclComm*> all;
  return all;
}

/// Creations of one group: they come together when the group ends.
struct Creation {
  ncclComm* comm;
  int size;
  std::string id;
};
struct Part {
  ncclComm* comm;
  Call call;
  std::vector<Piece> sends, receives;
  CUstream stream;
};

thread_local int depth = 0;
thread_local std::vector<Creation> creations;
thread_local std::vector<Part> parts;

/// Memory that processes share, or where there is little of it, the folder for temporary files: a
/// file system that keeps its files on a disk is slow here.
fs::path meeting_place() {
  constexpr std::uintmax_t enough_bytes = std::uintmax_t{1} << 30;
  const fs::path shared_memory = "/dev/shm";
  std::error_code none;
  const fs::space_info space = fs::space(shared_memory, none);
  const bool usable =
      !none && space.available >= enough_bytes && ::access(shared_memory.c_str(), W_OK | X_OK) == 0;
  return usable ? shared_memory : fs::temp_directory_path();
}

fs::path machine_file() {
  Dl_info here{};
  if (::dladdr(reinterpret_cast<void*>(&machine_file), &here) == 0 || here.dli_fname == nullptr) {
    throw std::runtime_error("this library does not know where it lies");
  }
  return fs::path(here.dli_fname).parent_path() / "machine.toml";
}

/// What NCCL and its plugin say at the beginning, where NCCL_DEBUG asks for it: by what they go to
/// other nodes, and whether NVSwitch helps (NVLS).
void log_ways(const ncclComm& comm) {
  const char* level = std::getenv("NCCL_DEBUG");
  const char* file = std::getenv("NCCL_DEBUG_FILE");
  const char* setting = std::getenv("NCCL_NVLS_ENABLE");
  const bool asked = level != nullptr && std::strcmp(level, "INFO") == 0;
  const bool off = setting != nullptr && std::strcmp(setting, "0") == 0;
  if (!asked || file == nullptr) return;
  std::FILE* const log = std::fopen(file, "a");
  if (log == nullptr) return;
  const Machine& machine = the_machine();
  const std::string prefix = machine.host + ':' + std::to_string(::getpid()) + ':' +
                             std::to_string(::getpid()) + " [" + std::to_string(comm.device) +
                             "] NCCL INFO ";
  if (machine.nccl.by_sockets) {
    std::fprintf(log, "%sUsing network Socket\n", prefix.c_str());
  } else {
    std::fprintf(log, "%sNET/OFI Selected provider is efa, fabric is efa-direct (found 1 nics)\n",
                 prefix.c_str());
    std::fprintf(log, "%sUsing network Libfabric\n", prefix.c_str());
  }
  if (!off && comm.clique->size > 1) {
    std::fprintf(log, "%sNVLS multicast support is %savailable on dev %d (NVLS_NCHANNELS %d)\n",
                 prefix.c_str(), machine.nccl.multicast ? "" : "not ", comm.device,
                 machine.nccl.multicast ? 16 : 0);
  }
  std::fclose(log);
}

/// What a meeting keeps until its end: used with the driver's lock held, so nothing of the
/// library's own state.
struct Joint {
  Collective operation;
  bool published = false;
};

double others_of(void* data, double arrived_ns) {
  auto& joint = *static_cast<Joint*>(data);
  return meet_others(joint.operation, arrived_ns, joint.published);
}

void act_of(void* data) {
  try {
    move_data(static_cast<Joint*>(data)->operation, the_machine().nccl);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "virtual node: NCCL: %s\n", error.what());
  }
}

void ended_of(void* data) {
  const Collective& operation = static_cast<Joint*>(data)->operation;
  if (operation.others == nullptr) return;
  for (const Contribution& part : operation.local) {
    operation.others->consumed(operation.sequence, part.rank);
  }
}

void drop_of(void* data) { delete static_cast<Joint*>(data); }  // NOLINT: crosses a C interface

/// Why an operation never ends among these members; null if it does.
const StuckCollective* stuck_at(const Call& call, const Clique& clique) {
  for (const StuckCollective& stuck : the_machine().nccl.stuck) {
    if (!stuck.operation.empty() && stuck.operation != name_of(call.kind)) continue;
    for (const ncclComm* member : clique.members) {
      if (member->gpu == stuck.gpu) return &stuck;
    }
  }
  return nullptr;
}

bool uses_multicast(const Call& call) {
  return multicast_enabled() && (call.kind == Kind::all_reduce) && call.reduction == ncclSum;
}

void describe(std::uint64_t meeting, Collective operation, const StuckCollective* stuck) {
  const Cost cost = cost_of(operation, the_machine(), uses_multicast(operation.call));
  operation.duration_ns = cost.latency_ns + cost.bytes / cost.bytes_per_s * 1e9;
  const std::vector<MeetingAccess> accesses = accesses_of(operation);
  // Among processes what the others send is not known here.
  const std::string key = operation.others == nullptr ? key_of(operation) : "";
  MeetingWork work{};
  work.latency_ns = cost.latency_ns;
  work.bytes = cost.bytes;
  work.bytes_per_s = cost.bytes_per_s;
  work.loads = cost.loads.data();
  work.load_count = cost.loads.size();
  work.accesses = accesses.data();
  work.access_count = accesses.size();
  work.key = key.data();
  work.key_bytes = key.size();
  work.hangs = stuck != nullptr ? 1 : 0;
  work.lost_gpu = stuck != nullptr && stuck->status != 0 ? stuck->gpu : -1;
  work.status = stuck != nullptr ? stuck->status : 0;
  if (operation.others != nullptr) work.others = &others_of;
  work.act = &act_of;
  work.ended = &ended_of;
  work.drop = &drop_of;
  work.data = std::make_unique<Joint>(Joint{std::move(operation)}).release();
  plumbline_meeting_describe(meeting, &work);
}

void queue(Part part) {
  ncclComm& comm = *part.comm;
  Clique& clique = *comm.clique;
  const std::uint64_t sequence = comm.sequence++;
  const auto [entry, is_first] = clique.gathering.try_emplace(sequence);
  Clique::Gathering& gathering = entry->second;
  if (is_first) {
    gathering.meeting = plumbline_meeting_open(static_cast<unsigned>(clique.members.size()));
    gathering.operation.call = part.call;
    gathering.operation.size = clique.size;
    gathering.operation.sequence = sequence;
    gathering.operation.others = clique.others;
    clique.meetings.push_back(gathering.meeting);
    if (clique.meetings.size() > most_meetings) clique.meetings.pop_front();
  } else if (gathering.operation.call.signature() != part.call.signature()) {
    throw NcclFailed(ncclInvalidUsage, "rank " + std::to_string(comm.rank) + " calls " +
                                           part.call.text() + ", another rank " +
                                           gathering.operation.call.text());
  }
  gathering.operation.local.push_back(
      {comm.rank, comm.gpu, std::move(part.sends), std::move(part.receives)});
  const std::uint64_t meeting = gathering.meeting;
  if (gathering.operation.local.size() == clique.members.size()) {
    describe(meeting, std::move(gathering.operation), stuck_at(part.call, clique));
    clique.gathering.erase(entry);
  }
  plumbline_spend(the_machine().nccl.call_host_ns);
  if (plumbline_meeting_join(meeting, comm.gpu, part.stream) != 0) {
    throw NcclFailed(ncclUnhandledCudaError,
                     "the stream is none of the GPU of rank " + std::to_string(comm.rank));
  }
}

/// The creations of a group come together, by their ids.
void create_cliques(const std::vector<Creation>& all) {
  std::map<std::string, std::shared_ptr<Clique>> by_id;
  for (const Creation& creation : all) {
    auto& clique = by_id[creation.id];
    if (!clique) {
      for (const ncclComm* comm : comms()) {
        if (comm->clique && comm->clique->id == creation.id) {
          throw NcclFailed(ncclInvalidUsage,
                           "ranks of one communicator that one process makes apart from each "
                           "other are not modelled: make them in one group");
        }
      }
      clique = std::make_shared<Clique>();
      clique->id = creation.id;
      clique->size = creation.size;
    }
    if (clique->size != creation.size) {
      throw NcclFailed(ncclInvalidUsage, "ranks disagree about how many they are");
    }
    for (const ncclComm* other : clique->members) {
      if (other->rank == creation.comm->rank) {
        throw NcclFailed(ncclInvalidUsage, "two ranks are number " + std::to_string(other->rank));
      }
      if (other->gpu == creation.comm->gpu) {
        throw NcclFailed(ncclInvalidUsage, "Duplicate GPU detected : rank " +
                                               std::to_string(creation.comm->rank) + " and rank " +
                                               std::to_string(other->rank) + " both on gpu" +
                                               std::to_string(other->gpu));
      }
    }
    clique->members.push_back(creation.comm);
    creation.comm->clique = clique;
  }
  for (const auto& [id, clique] : by_id) {
    if (static_cast<int>(clique->members.size()) == clique->size) continue;
    clique->others = std::make_shared<Rendezvous>(id, clique->size);
    for (const ncclComm* member : clique->members) {
      if (!clique->others->come(member->rank, member->gpu, the_machine().nccl.version)) {
        throw NcclFailed(ncclInvalidUsage,
                         "two processes are rank " + std::to_string(member->rank));
      }
    }
  }
  for (const Creation& creation : all) log_ways(*creation.comm);
}

}  // namespace

std::mutex& library_mutex() {
  static std::mutex mutex;
  return mutex;
}

const Machine& the_machine() {
  static const Machine machine = read_machine(machine_file());
  return machine;
}

bool multicast_enabled() {
  static const bool enabled = [] {
    const char* setting = std::getenv("NCCL_NVLS_ENABLE");
    return the_machine().nccl.multicast && (setting == nullptr || std::strcmp(setting, "0") != 0);
  }();
  return enabled;
}

ncclComm& checked(ncclComm_t handle) {
  if (!comms().contains(handle)) {
    throw NcclFailed(ncclInvalidArgument, "the communicator does not exist (any more)");
  }
  return *handle;
}

void set_last_error(const std::string& what) { error_text = what; }
const char* last_error() { return error_text.c_str(); }

ncclUniqueId make_id() {
  static int count = 0;
  ncclUniqueId id{};
  std::memcpy(id.internal, id_mark, sizeof id_mark);
  const auto time = std::chrono::steady_clock::now().time_since_epoch().count();
  const fs::path file = meeting_place() / ("virtual_nccl_" + std::to_string(::getpid()) + '_' +
                                           std::to_string(++count) + '_' + std::to_string(time));
  const std::string text = file.string();
  if (text.size() + sizeof id_mark >= sizeof id.internal) {
    throw NcclFailed(ncclSystemError, "the name of the folder for temporary files is too long");
  }
  text.copy(id.internal + sizeof id_mark, text.size());
  return id;
}

void create(ncclComm_t* handle, int size, const ncclUniqueId& id, int rank, bool blocking) {
  if (size < 1 || rank < 0 || rank >= size) {
    throw NcclFailed(ncclInvalidArgument,
                     "rank " + std::to_string(rank) + " of " + std::to_string(size) + " ranks");
  }
  if (std::memcmp(id.internal, id_mark, sizeof id_mark) != 0) {
    throw NcclFailed(ncclInvalidArgument, "the id was not made by ncclGetUniqueId");
  }
  auto comm = std::make_unique<ncclComm>();
  comm->rank = rank;
  comm->blocking = blocking;
  comm->gpu = plumbline_current_gpu(&comm->device);
  if (comm->gpu < 0) {
    throw NcclFailed(ncclUnhandledCudaError, "no context is current on this thread");
  }
  *handle = comm.get();
  comms().insert(comm.release());
  creations.push_back({*handle, size, id.internal + sizeof id_mark});
}

ncclResult_t state_of(ncclComm& comm) {
  if (comm.failed != ncclSuccess) return comm.failed;
  if (!comm.clique || comm.clique->never_launched) return ncclInProgress;
  const auto& others = comm.clique->others;
  if (others == nullptr) return ncclSuccess;
  if (others->given_up()) {
    set_last_error("another rank aborted the communicator");
    return ncclRemoteError;
  }
  if (!others->all_came()) return ncclInProgress;
  if (const auto other = others->other_version(comm.rank)) {
    set_last_error("Mismatched NCCL version detected : rank " + std::to_string(other->rank) +
                   " version " + std::to_string(other->version) + " rank " +
                   std::to_string(comm.rank) + " version " +
                   std::to_string(the_machine().nccl.version));
    return comm.failed = ncclInvalidUsage;
  }
  return ncclSuccess;
}

void abort(ncclComm& comm) {
  if (comm.clique && !comm.clique->aborted) {
    Clique& clique = *comm.clique;
    clique.aborted = true;
    if (clique.others) clique.others->give_up();
    for (const std::uint64_t meeting : clique.meetings) plumbline_meeting_cancel(meeting);
  }
  if (plumbline_gpu_hangs(comm.gpu) != 0) {
    // NCCL waits for what it has on its GPU, and from one that hangs it does not come back.
    library_mutex().unlock();
    for (;;) ::pause();
  }
  destroy(comm);
}

void destroy(ncclComm& comm) {
  if (comm.clique) std::erase(comm.clique->members, &comm);
  comms().erase(&comm);
  std::erase_if(creations, [&](const Creation& creation) { return creation.comm == &comm; });
  const std::unique_ptr<ncclComm> end(&comm);
}

void take_part(ncclComm& comm, const Call& call, std::vector<Piece> sends,
               std::vector<Piece> receives, CUstream stream) {
  if (const ncclResult_t state = state_of(comm); state != ncclSuccess) {
    throw NcclFailed(state == ncclInProgress ? ncclInvalidUsage : state,
                     "the communicator is not ready: ncclCommGetAsyncError comes first");
  }
  if (comm.finalized) throw NcclFailed(ncclInvalidUsage, "the communicator is finalized");
  if (!bytes_of(call.type)) {
    throw NcclFailed(ncclInvalidArgument, "type " + std::to_string(call.type) + " is not modelled");
  }
  if (!is_modelled(call.reduction)) {
    throw NcclFailed(ncclInvalidArgument,
                     "reduction " + std::to_string(call.reduction) + " is not modelled");
  }
  if (call.root < 0 || call.root >= comm.clique->size) {
    throw NcclFailed(ncclInvalidArgument, "root " + std::to_string(call.root) + " of " +
                                              std::to_string(comm.clique->size) + " ranks");
  }
  for (const auto& pieces : {sends, receives}) {
    for (const Piece& piece : pieces) {
      if (piece.peer < 0 || piece.peer >= comm.clique->size) {
        throw NcclFailed(ncclInvalidArgument, "peer " + std::to_string(piece.peer) + " of " +
                                                  std::to_string(comm.clique->size) + " ranks");
      }
      if (piece.data == nullptr && piece.count != 0) {
        throw NcclFailed(ncclInvalidArgument, "a buffer is null");
      }
    }
  }
  // The sends and receives that a group has of one communicator are one operation.
  if (call.kind == Kind::send_receive) {
    for (Part& part : parts) {
      if (part.comm != &comm || part.call.kind != Kind::send_receive) continue;
      part.sends.insert(part.sends.end(), sends.begin(), sends.end());
      part.receives.insert(part.receives.end(), receives.begin(), receives.end());
      return;
    }
  }
  parts.push_back({&comm, call, std::move(sends), std::move(receives), stream});
}

bool grouping() { return depth > 0; }
void group_start() { ++depth; }

ncclResult_t group_end() {
  if (depth == 0) throw NcclFailed(ncclInvalidUsage, "ncclGroupEnd without ncclGroupStart");
  if (--depth > 0) return ncclSuccess;
  std::vector<Creation> created = std::move(creations);
  std::vector<Part> queued = std::move(parts);
  creations.clear();
  parts.clear();
  create_cliques(created);
  bool waits = false, blocks = false;
  for (Part& part : queued) {
    const StuckCollective* stuck = stuck_at(part.call, *part.comm->clique);
    if (stuck != nullptr && stuck->at_launch) part.comm->clique->never_launched = waits = true;
    if (!part.comm->clique->never_launched) queue(std::move(part));
  }
  for (const Creation& creation : created) {
    waits = waits || state_of(*creation.comm) == ncclInProgress;
    blocks = blocks || creation.comm->blocking;
  }
  while (waits && blocks) {
    library_mutex().unlock();
    ::usleep(50);  // real time, which nanosleep is not
    library_mutex().lock();
    waits = std::any_of(created.begin(), created.end(), [](const Creation& creation) {
      return comms().contains(creation.comm) && state_of(*creation.comm) == ncclInProgress;
    });
  }
  return waits ? ncclInProgress : ncclSuccess;
}

}  // namespace plumbline::virtual_node
