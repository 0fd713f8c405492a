#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "reports/evaluation/node.h"
#include "reports/judging/fabric_group.h"
#include "reports/judging/pair_failures.h"
#include "reports/pages/fabric_picture.h"
#include "results/schema/suspected_node.h"

namespace plumbline {

/// What the measurements between hosts say about each node, when all of them are looked at
/// together: a slow pair alone blames nobody.
class FabricVerdict {
 public:
  FabricVerdict(const PairRows& rows, const Manifest& manifest, BaselineStore& baselines);

  /// Adds a finding for each part of the node that is slow, or that cannot be told from one that
  /// is, and gives the findings of its paths to other hosts to whom they belong: who is at fault
  /// keeps them, who is not is cleared if it was fast with another partner, and what nothing tells
  /// apart is INCONCLUSIVE for both ends. False if there was nothing to say.
  bool judge(const ManifestEntry& node, std::vector<Finding>& findings) const;

  /// What is not a node's: leaves whose uplinks are slow. `host` names the leaf.
  std::vector<Finding> of_leaves() const;
  /// The nodes that are to be measured again with good partners, ascending.
  std::vector<SuspectedNode> suspects() const;
  /// What the report shows of them. `rows` are those that this was made from.
  std::vector<FabricPicture> pictures(const PairRows& rows) const;
  /// Sentences: what was measured, how noisy it was and what that can tell; congestion.
  std::vector<std::string> notes() const;

 private:
  /// A culprit of one or more groups; the group in which it is most certain comes first.
  struct Found {
    const localisation::Culprit* culprit = nullptr;
    const FabricGroup* group = nullptr;
    std::size_t groups = 1;
    Verdict verdict = Verdict::warn;
  };

  void take(const FabricGroup& group, const localisation::Culprit& culprit);
  Finding finding_of(const ManifestEntry& node, const Found& found) const;
  std::string sentence_of(const Found& found) const;
  std::string name_of(const localisation::Element& element) const;
  bool judge_path(std::uint32_t node, Finding& f) const;
  bool add_unexplained(const ManifestEntry& entry, std::uint32_t node,
                       std::vector<Finding>& findings) const;
  const Found* convicted(localisation::Element element) const;

  std::unique_ptr<FabricMap> map_;
  PairFailures failures_;
  std::vector<FabricGroup> groups_;
  std::map<localisation::Element, Found> found_;
  std::map<std::uint32_t, std::vector<localisation::Element>> of_node_;  ///< keys of found_
};

}  // namespace plumbline
