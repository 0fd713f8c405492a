// Writes report pages of made-up evidence, to look at and for the tests in a browser:
// example_report FOLDER writes accept.html, reject.html, incomplete.html ... there;
// example_report FOLDER NODES FINDINGS writes fleet-NODES.html, of nodes with so many findings
// each.

#include <exception>
#include <filesystem>
#include <iostream>
#include <string>

#include "reports/pages/report_page.h"
#include "tests/unit/pages/example_charts.h"
#include "tests/unit/pages/example_evidence.h"

int main(int argc, char** argv) {
  using namespace plumbline;
  if (argc != 2 && argc != 4) {
    std::cerr << "usage: example_report FOLDER [NODES FINDINGS]\n";
    return 2;
  }
  try {
    const std::filesystem::path folder = argv[1];
    std::filesystem::create_directories(folder);
    if (argc == 4) {
      const Evidence fleet = fleet_evidence(std::stoul(argv[2]), std::stoul(argv[3]));
      write_report_page(fleet, folder / ("fleet-" + std::string(argv[2]) + ".html"));
      return 0;
    }
    write_report_page(accepting_evidence(), folder / "accept.html");
    write_report_page(rejecting_evidence(), folder / "reject.html");
    write_report_page(incomplete_evidence(), folder / "incomplete.html");
    write_report_page(simulated_evidence(), folder / "simulated.html");
    write_report_page(hostile_evidence(), folder / "hostile.html");
    write_report_page(fleet_evidence(240, 380), folder / "fleet.html");
    write_report_page(fleet_evidence(8000, 20), folder / "large_fleet.html");
    write_report_page(hostile_fleet_evidence(), folder / "hostile_fleet.html");
    write_report_page(charts_evidence(16), folder / "charts.html");
    write_report_page(machine_evidence(), folder / "machine.html");
    write_report_page(charts_evidence(4000), folder / "large_charts.html");
    write_report_page(hostile_charts_evidence(), folder / "hostile_charts.html");
  } catch (const std::exception& error) {
    std::cerr << "example_report: " << error.what() << '\n';
    return 2;
  }
}
