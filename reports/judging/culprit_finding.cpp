#include "reports/judging/culprit_finding.h"

#include <fmt/format.h>

#include <cmath>

#include "reports/evaluation/series.h"

namespace plumbline {

using localisation::Culprit;
using localisation::Kind;

std::string culprit_metric(std::string_view family) { return std::string(family) + ".culprit"; }

Finding culprit_finding(const ManifestEntry& node, std::string_view family, const Culprit& culprit,
                        const std::string& subject, const std::string& peer) {
  Measurement m;
  m.host = node.host;
  m.instance_type = node.instance_type;
  m.probe = family;
  m.metric = culprit_metric(family);
  m.subject = subject;
  m.peer = peer;
  m.params = {{"kind", std::string(localisation::kind_names[culprit.element.kind])}};
  m.unit = "text";
  Finding f = finding_about(m);
  f.rule = culprit.alike.empty() ? "culprit" : "one of several";
  f.deficit = culprit.deficit;
  f.runs = culprit.paths;
  return f;
}

void explain_by_another(Finding& finding, const std::string& why) {
  finding.verdict = Verdict::unjudged;
  finding.rule = "explained by another";
  finding.remeasure = false;
  finding.sentence += "; " + why;
}

std::string odds(double gain) {
  constexpr double million = 13.8155;
  if (gain > million) return "odds of more than a million to 1";
  const double ratio = std::exp(gain);
  if (ratio < 2) return "even odds";
  const double scale = std::pow(10, std::floor(std::log10(ratio)));
  return fmt::format("odds of {:.0f} to 1", std::floor(ratio / scale) * scale);
}

std::string part_of(Kind kind) {
  switch (kind) {
    case Kind::gpu:
      return "both ways";
    case Kind::gpu_sending:
      return "sending";
    case Kind::gpu_receiving:
      return "receiving";
    case Kind::gpu_pair:
      return "between the two";
    case Kind::all_gpus:
      return "all GPUs";
    case Kind::node:
      return "the whole node";
    case Kind::nic:
      return "one NIC";
    case Kind::leaf:
      return "uplinks of the leaf";
    case Kind::leaf_round:
      return "uplinks of the leaf, in one round";
    case Kind::leaf_rail:
      return "one rail of the leaf";
  }
  return {};
}

std::string action_for(Kind kind) {
  switch (kind) {
    case Kind::gpu:
    case Kind::gpu_sending:
    case Kind::gpu_receiving:
    case Kind::gpu_pair:
      return "Measure it again; if it repeats, reboot the node, and if that does not help, replace "
             "it.";
    case Kind::all_gpus:
      return "Look at the fabric manager and the NVSwitches; reboot the node, and if that does not "
             "help, replace it.";
    case Kind::node:
    case Kind::nic:
      return "Measure it again with another partner; if it repeats, reboot the node, and if that "
             "does not help, replace it.";
    case Kind::leaf:
    case Kind::leaf_rail:
      return "Open a network ticket: the nodes below are not at fault.";
    case Kind::leaf_round:
      return "Measure again when the network is otherwise idle.";
  }
  return {};
}

}  // namespace plumbline
