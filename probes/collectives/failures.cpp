#include "probes/collectives/failures.h"

#include <algorithm>
#include <utility>

namespace plumbline::collectives {
namespace {

/// How well a failure explains the others: the highest of them are told.
int weight(const Failure& failure) {
  switch (failure.kind) {
    case Failure::Kind::lost:
      return 4;
    case Failure::Kind::failed:
      return failure.text.find("ncclRemoteError") != std::string::npos ? 1 : 4;
    case Failure::Kind::stuck:
      return 3;
    case Failure::Kind::skipped:
      return 2;
    case Failure::Kind::interrupted:
      return 0;
  }
  return 0;
}

}  // namespace

std::vector<FailedHost> reasons(const std::vector<FailedHost>& failed) {
  int most = 0;
  for (const FailedHost& host : failed) most = std::max(most, weight(host.failure));
  std::vector<FailedHost> found;
  std::copy_if(failed.begin(), failed.end(), std::back_inserter(found),
               [&](const FailedHost& host) { return weight(host.failure) == most; });
  return found;
}

std::string sentence_about(const std::vector<FailedHost>& failed) {
  std::vector<std::pair<std::string, std::string>> hosts_by_text;
  for (const FailedHost& each : failed) {
    auto known = std::find_if(hosts_by_text.begin(), hosts_by_text.end(),
                              [&](const auto& pair) { return pair.first == each.failure.text; });
    if (known == hosts_by_text.end()) {
      hosts_by_text.emplace_back(each.failure.text, each.host);
    } else if (!each.host.empty()) {
      known->second += ", " + each.host;
    }
  }
  std::string sentence;
  for (const auto& [text, hosts] : hosts_by_text) {
    if (!sentence.empty()) sentence += "; ";
    sentence += hosts.empty() ? text : hosts + ": " + text;
  }
  return sentence;
}

}  // namespace plumbline::collectives
