#include "reports/pages/pages.h"

namespace plumbline {

std::span<const Page> pages() {
  static constexpr Page all[] = {
      {"sign_off", "Verdict", render_sign_off},
      {"findings", "Findings", render_findings},
      {"nodes", "Nodes", render_nodes},
      {"node", "Node by node", render_node},
      {"fabric", "Fabric", render_fabric},
      {"collectives", "Collectives", render_collectives},
      {"distributions", "Distributions", render_distributions},
      {"trend", "Trend", render_trend},
      {"not_tested", "Not tested and flaky", render_not_tested},
      {"software", "Software and settings", render_software},
      {"run_health", "Run health", render_run_health},
      {"method", "Method", render_method},
      {"provenance", "Provenance", render_provenance},
  };
  return all;
}

}  // namespace plumbline
