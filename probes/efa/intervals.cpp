#include "probes/efa/intervals.h"

namespace plumbline::efa {

Intervals::Intervals(const CountOrder& order, std::size_t sources) : order_(order) {
  counted_.of_source.resize(sources);
}

void Intervals::add(double bytes, std::size_t source, double now) {
  if (done_) return;
  if (!begun_) {
    begun_ = true;
    first_ = since_ = now;
    return;
  }
  bytes_ += bytes;
  if (source < counted_.of_source.size()) counted_.of_source[source] += bytes;
  if (now - since_ < order_.interval_s) return;
  counted_.bytes.push_back(bytes_);
  counted_.seconds.push_back(now - since_);
  bytes_ = 0;
  since_ = now;
  done_ = counted_.bytes.size() >= order_.intervals || now - first_ >= order_.most_s;
}

}  // namespace plumbline::efa
