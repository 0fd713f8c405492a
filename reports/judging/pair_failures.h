#pragma once

#include <map>
#include <string>
#include <vector>

#include "reports/evaluation/node.h"
#include "reports/judging/fabric_group.h"

namespace plumbline {

/// Whose fault it is that measurements between hosts failed: a dead NIC fails with everyone, and
/// all that met it failed once. The same search as for what is slow, of paths that work or do not.
class PairFailures {
 public:
  PairFailures(const PairRows& rows, const FabricMap& map);

  /// Adds a finding for what fails with everyone, and takes what failed with it from its partners,
  /// if they work with others. False if there was nothing to say.
  bool judge(const ManifestEntry& entry, std::vector<Finding>& findings) const;

  /// Nodes that fail with everyone, with a sentence.
  std::map<std::uint32_t, std::string> suspects() const;

 private:
  struct Failing {
    localisation::Culprit culprit;
    std::string family;
    bool simulated = false;
  };

  void search_nics(const PairRows& rows);
  void search_tasks(const PairRows& rows);
  std::string sentence_of(const Failing& failing) const;
  bool clear_path(std::uint32_t node, Finding& f) const;
  bool clear_task(std::uint32_t node, Finding& f) const;
  bool is_convicted(const localisation::Element& element) const;

  const FabricMap& map_;
  std::map<localisation::Element, Failing> found_;
  /// How often something worked, by node and rail; tasks have no rail.
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::size_t> good_tasks_, good_paths_;
};

}  // namespace plumbline
