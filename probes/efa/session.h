#pragma once

#include <string>
#include <vector>

#include "probes/efa/crew.h"
#include "probes/efa/rail.h"

namespace plumbline::efa {

/// Which ends there are and what flows between them: indices into `ends`.
struct Layout {
  struct Flow {
    std::size_t from, to;
  };
  std::vector<Site> ends;
  std::vector<Flow> flows;
};
Layout one_way(const Site& from, const Site& to);
Layout both_ways(const Site& a, const Site& b);
/// Every flow with ends of its own.
Layout side_by_side(const std::vector<Layout>& layouts);
/// All into one end.
Layout all_into(const std::vector<Site>& from, const Site& to);

/// How ends are used that a session opens.
struct SessionSettings {
  enum class Spin { automatic, yes, no };
  Spin spin = Spin::automatic;
  double open_s = 60;  ///< for an end to be opened
};

/// Ends that were opened for one measurement, each in a process of its own. A fault of an end is
/// kept as a sentence; what flows between other ends goes on.
class Session {
 public:
  /// Opens all ends, gives them memory and makes those of a flow known to each other.
  Session(Crew& crew, const Layout& layout, const SessionSettings& settings, std::size_t out_bytes,
          const std::vector<std::size_t>& in_bytes);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  std::size_t ends() const { return ends_.size(); }
  bool is_good(std::size_t end) const { return ends_[end].fault.empty(); }
  const Opened& opened(std::size_t end) const { return ends_[end].opened; }
  /// As an end of this flow is told of the other.
  Target target(std::size_t flow, std::uint32_t tag, std::size_t offset) const;

  /// Tells each of these ends that is good; nothing is waited for.
  void tell(std::size_t end, const nlohmann::json& order);
  /// Waits until all these ends that are good have said `key`, or are no longer good: what it was
  /// comes into answer(). When an end becomes bad, those that it shares a flow with are asked
  /// whether they are there, and given a moment to say what they see of it.
  void await(const char* key, const std::vector<std::size_t>& ends, double limit_s);
  const nlohmann::json& answer(std::size_t end) const { return ends_[end].answer; }

  /// What is wrong with this end from now on.
  void fail(std::size_t end, std::string fault);
  /// All that is known of a flow that does not work, with both ends' names; empty: it works.
  std::string fault_of(std::size_t flow) const;

 private:
  struct End {
    WorkerId worker = 0;
    Opened opened;
    RemoteMemory memory;
    std::vector<std::uint64_t> addresses;  ///< of its partners, in their order
    std::vector<std::size_t> partners;     ///< ends that it shares a flow with
    std::string fault;
    bool is_lost = false;  ///< its process has ended
    nlohmann::json answer;
    bool has_answered = false;
    bool was_asked = false, is_there = false;
    Deadline last_words;  ///< of one that was asked: until when it is listened to
  };

  void open(const Layout& layout, const SessionSettings& settings);
  void connect();
  void take(const Report& report, const char* key);
  void ask_partners(std::size_t end);
  std::string name_of(std::size_t end) const;

  Crew& crew_;
  Layout layout_;
  std::vector<End> ends_;
};

}  // namespace plumbline::efa
