#include "tests/runs/local_fleet.h"

#include <fstream>

#include "suites/running/task_outcome.h"

namespace plumbline {

void LocalFleet::SetUp() {
  const std::filesystem::path ssh = scratch_ / "ssh";
  // Options, the host, "--", a line for a shell; "refused" in a host's name means what it says,
  // and so does a file of that name beside it.
  std::ofstream(ssh) << "#!/bin/sh\n"
                        "while [ \"$1\" != -- ]; do host=$1; shift; done\n"
                        "case $host in *refused*) refused=yes;; esac\n"
                        "if [ \"$refused\" ] || [ -e \"${0%/*}/refused-$host\" ]; then\n"
                        "  echo connection refused >&2; exit 255\n"
                        "fi\n"
                        "exec /bin/sh -c \"$2\"\n";
  std::filesystem::permissions(ssh, std::filesystem::perms::owner_all);
  suite_ = PLUMBLINE_RIG "/share/plumbline/suites/fleet.toml";
}

void LocalFleet::with_options(const std::string& alone, const std::string& pairs) {
  std::ofstream(scratch_ / "fleet.toml")
      << "name = \"fleet\"\n[[step]]\nname = \"alone\"\nprobe = \"quick\"\noptions = {" << alone
      << "}\n[[step]]\nname = \"pairs\"\nprobe = \"quick\"\non = \"pairs\"\noptions = {" << pairs
      << "}\n";
  suite_ = scratch_ / "fleet.toml";
}

std::string LocalFleet::hosts_file(const std::vector<std::string>& names) {
  const std::filesystem::path file = scratch_ / "hosts.txt";
  std::ofstream stream(file);
  for (std::size_t i = 0; i < names.size(); ++i) {
    const bool refused = names[i].starts_with("refused");
    stream << names[i] << ' ' << (refused ? names[i] : "127.0.0." + std::to_string(i + 1)) << '\n';
  }
  return file;
}

std::vector<std::string> LocalFleet::words(const std::vector<std::string>& hosts,
                                           const std::string& verb) {
  return {verb,
          suite_,
          "--hosts",
          hosts_file(hosts),
          "--ssh",
          scratch_ / "ssh",
          "--hosts-lock-file",
          scratch_ / "lock-{host}",
          "--seed",
          "7"};
}

Said LocalFleet::run(const std::vector<std::string>& hosts, const std::string& verb) {
  return rig.run(words(hosts, verb));
}

std::vector<Measurement> LocalFleet::rows() const {
  return read_all<Measurement>(rig.latest().measurements());
}

std::vector<Measurement> LocalFleet::rows_of(const std::string& metric) const {
  auto all = rows();
  std::erase_if(all, [&](const Measurement& row) { return row.metric != metric; });
  return all;
}

std::multimap<std::string, std::string> LocalFleet::failures() const {
  std::multimap<std::string, std::string> notes;
  for (const Measurement& row : rows()) {
    if (is_task_row(row) && row.outcome == Outcome::failed) notes.emplace(row.host, row.note);
  }
  return notes;
}

}  // namespace plumbline
