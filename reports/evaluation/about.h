#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "results/schema/measurement.h"

namespace plumbline {

/// What rows of any host can be about.
struct About {
  Text instance_type;
  Text metric;
  Text subject;
  std::string peer;
  std::uint64_t bytes = 0;
  Params params;
  Text transport;
  Text unit;
  Better better = Better::exact;
  Provenance provenance = Provenance::measured;
};

inline About about_of(const Measurement& m, std::string_view peer) {
  return {m.instance_type, m.metric,    m.subject, std::string(peer), m.bytes,
          m.params,        m.transport, m.unit,    m.better,          m.provenance};
}

/// True if what two are about is the same, each an About or a Measurement, `peer` that of `b`.
template <class A, class B>
bool are_about_the_same(const A& a, const B& b, std::string_view peer) {
  return a.subject == b.subject && a.metric == b.metric && a.bytes == b.bytes &&
         a.params == b.params && a.peer == peer && a.transport == b.transport && a.unit == b.unit &&
         a.instance_type == b.instance_type && a.better == b.better && a.provenance == b.provenance;
}

struct EqualAbout {
  bool operator()(const About& a, const About& b) const { return are_about_the_same(a, b, b.peer); }
};

struct HashOfAbout {
  std::size_t operator()(const About& about) const {
    std::size_t hash = about.bytes;
    const auto add = [&hash](std::size_t part) { hash = (hash ^ part) * 0x9E3779B97F4A7C15U; };
    for (const Text& text :
         {about.metric, about.subject, about.instance_type, about.transport, about.unit}) {
      add(std::hash<Text>()(text));
    }
    add(std::hash<std::string>()(about.peer));
    add(std::hash<Params>()(about.params));
    return hash ^ hash >> 32U;
  }
};

}  // namespace plumbline
