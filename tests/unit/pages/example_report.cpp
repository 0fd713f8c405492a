// Writes report pages of made-up evidence, to look at and for the tests in a browser:
// example_report FOLDER writes accept.html, reject.html, incomplete.html ... there.

#include <exception>
#include <filesystem>
#include <iostream>

#include "reports/pages/report_page.h"
#include "tests/unit/pages/example_evidence.h"

int main(int argc, char** argv) {
  using namespace plumbline;
  if (argc != 2) {
    std::cerr << "usage: example_report FOLDER\n";
    return 2;
  }
  try {
    const std::filesystem::path folder = argv[1];
    std::filesystem::create_directories(folder);
    write_report_page(accepting_evidence(), folder / "accept.html");
    write_report_page(rejecting_evidence(), folder / "reject.html");
    write_report_page(incomplete_evidence(), folder / "incomplete.html");
    write_report_page(simulated_evidence(), folder / "simulated.html");
    write_report_page(hostile_evidence(), folder / "hostile.html");
    write_report_page(fleet_evidence(24, 8), folder / "fleet.html");
  } catch (const std::exception& error) {
    std::cerr << "example_report: " << error.what() << '\n';
    return 2;
  }
}
