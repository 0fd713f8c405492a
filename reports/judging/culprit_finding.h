#pragma once

#include <string>

#include "reports/localisation/culprit.h"
#include "results/schema/finding.h"
#include "results/schema/manifest.h"

namespace plumbline {

/// The metric of findings that say what makes others slow: "nvlink.culprit" for those of "nvlink".
std::string culprit_metric(std::string_view family);

/// A finding that `subject` is the culprit, not yet judged: its deficit, and an id of its own for
/// each kind.
Finding culprit_finding(const ManifestEntry& node, std::string_view family,
                        const localisation::Culprit& culprit, const std::string& subject,
                        const std::string& peer = "");

/// Says of a finding that another than its own subject makes it so, and why: it is not judged then.
void explain_by_another(Finding& finding, const std::string& why);

/// "odds of 250 to 1", "odds of more than a million to 1".
std::string odds(double gain);

/// "the whole GPU", "its sending side": what of its subject an element is; and what to do if it is
/// slow.
std::string part_of(localisation::Kind kind);
std::string action_for(localisation::Kind kind);

}  // namespace plumbline
