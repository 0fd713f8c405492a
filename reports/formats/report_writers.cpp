#include "reports/formats/json_lines.h"
#include "reports/formats/junit.h"
#include "reports/formats/markdown.h"
#include "reports/formats/prometheus.h"
#include "reports/formats/report_writer.h"
#include "reports/formats/tables.h"

namespace plumbline {

std::vector<std::unique_ptr<ReportWriter>> report_writers(const ReportFiles& files,
                                                          const ReportOrigin& origin) {
  std::vector<std::unique_ptr<ReportWriter>> writers;
  const auto add = [&]<class Writer>(std::type_identity<Writer>, const std::filesystem::path& file,
                                     const auto&... more) {
    if (!file.empty()) writers.push_back(std::make_unique<Writer>(file, more...));
  };
  add(std::type_identity<FindingsTable>(), files.findings);
  add(std::type_identity<NodesTable>(), files.nodes);
  add(std::type_identity<PairsTable>(), files.pairs);
  add(std::type_identity<SuspectsTable>(), files.suspects);
  add(std::type_identity<FindingsMarkdown>(), files.markdown, origin);
  add(std::type_identity<JUnitFile>(), files.junit, origin);
  add(std::type_identity<PrometheusFile>(), files.prometheus, origin);
  add(std::type_identity<JsonLines>(), files.json_lines);
  return writers;
}

}  // namespace plumbline
