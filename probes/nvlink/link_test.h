#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "probes/harness/plan.h"
#include "probes/nvlink/link_watch.h"

namespace plumbline::nvlink {

/// One test between GPUs, with a look at the links of those that take part before it and after it.
/// It may give several rows; each says what happened to the links of its own GPUs.
class LinkTest : public std::enable_shared_from_this<LinkTest> {
 public:
  LinkTest(std::shared_ptr<LinkWatch> watch, std::vector<std::string> gpus)
      : watch_(std::move(watch)), gpus_(std::move(gpus)) {}

  /// The work of a row, looked at: errors that its GPUs' links counted since the test began are in
  /// its note and its flags; a link that went down meanwhile makes it fail. `gpus` are some of the
  /// test's, `row` names it.
  Prepare around(std::string row, std::vector<std::string> gpus, Prepare prepare);

 private:
  /// What happened to links since the test began, in words; empty: nothing.
  struct Happened {
    std::string errors;  ///< "gpu5 link 11 replay 8"
    std::string down;    ///< "gpu3 link 9"
    std::string unread;
    std::string text() const;
  };
  Happened happened(const std::string& row, const std::vector<std::string>& gpus);
  void begin();
  /// As they are since the last work of the test.
  const LinkLook& now(const std::string& gpu);

  struct Look {
    std::size_t at = 0;  ///< how much was done before it
    LinkLook links;
  };

  std::shared_ptr<LinkWatch> watch_;
  std::vector<std::string> gpus_;
  std::map<std::string, LinkLook> before_;
  std::map<std::string, Look> after_;
  std::set<std::string> remembered_;  ///< GPUs
  std::size_t done_ = 0;              ///< pieces of work
};

}  // namespace plumbline::nvlink
