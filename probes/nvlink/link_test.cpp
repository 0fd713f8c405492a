#include "probes/nvlink/link_test.h"

#include <fmt/format.h>

#include <exception>
#include <stdexcept>

#include "probes/harness/skip.h"

namespace plumbline::nvlink {
namespace {

void add(std::string& list, const std::string& separator, const std::string& item) {
  if (item.empty()) return;
  if (!list.empty()) list += separator;
  list += item;
}

/// Does it; what goes wrong is said with what happened to the links meanwhile.
template <class Act, class Happened>
auto telling(const Act& act, const Happened& happened) {
  try {
    return act();
  } catch (const Skip&) {
    throw;
  } catch (const std::exception& error) {
    const std::string text = happened().text();
    if (text.empty()) throw;
    throw std::runtime_error(fmt::format("{}; {}", error.what(), text));
  }
}

}  // namespace

std::string LinkTest::Happened::text() const {
  std::string all;
  if (!down.empty()) add(all, "; ", down + " went down meanwhile");
  if (!errors.empty()) add(all, "; ", "errors of links meanwhile: " + errors);
  if (!unread.empty()) add(all, "; ", "what links counted meanwhile is not known: " + unread);
  return all;
}

void LinkTest::begin() {
  if (!before_.empty()) return;
  for (const std::string& gpu : gpus_) before_[gpu] = watch_->look(gpu);
}

const LinkLook& LinkTest::now(const std::string& gpu) {
  Look& look = after_[gpu];
  if (look.at != done_) look = {done_, watch_->look(gpu)};
  return look.links;
}

LinkTest::Happened LinkTest::happened(const std::string& row,
                                      const std::vector<std::string>& gpus) {
  Happened all;
  for (const std::string& gpu : gpus) {
    const LinkChange found = change(before_.at(gpu), now(gpu));
    if (!found.errors_text.empty()) {
      add(all.errors, ", ", fmt::format("{} {}", gpu, found.errors_text));
      if (remembered_.insert(gpu).second) watch_->remember(gpu, row);
    }
    if (!found.went_down.empty()) add(all.down, ", ", fmt::format("{} {}", gpu, found.went_down));
    if (!found.unread.empty()) add(all.unread, "; ", fmt::format("{}: {}", gpu, found.unread));
  }
  return all;
}

Prepare LinkTest::around(std::string row, std::vector<std::string> gpus, Prepare prepare) {
  return [self = shared_from_this(), row = std::move(row), gpus = std::move(gpus),
          prepare = std::move(prepare)] {
    self->begin();
    const auto happened = [self, row, gpus] { return self->happened(row, gpus); };
    ++self->done_;
    Prepared prepared = telling(prepare, happened);
    prepared.once = [self, happened, once = std::move(prepared.once)] {
      ++self->done_;
      return telling(once, happened);
    };
    prepared.verify = [happened, verify = std::move(prepared.verify)] {
      if (verify) telling(verify, happened);
      const Happened found = happened();
      if (!found.down.empty()) throw std::runtime_error(found.text());
    };
    prepared.flags = [happened, flags = std::move(prepared.flags)] {
      std::vector<std::string> all = flags ? flags() : std::vector<std::string>{};
      if (!happened().errors.empty()) all.emplace_back("link_errors");
      return all;
    };
    prepared.remark = [happened] { return happened().text(); };
    return prepared;
  };
}

}  // namespace plumbline::nvlink
