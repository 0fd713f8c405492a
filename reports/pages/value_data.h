#pragma once

#include "reports/html/element.h"
#include "reports/pages/evidence.h"

namespace plumbline {

/// What every node measured, for the script of the page (assets/values.js): the block "series" says
/// what each series is, the block "values" holds a level for each series and node.
///
/// A level is 0 where a node has no value, else the value as a share of the reference of its series
/// in steps of 1 / 8192 (of the worst of each metric: 1 / 200, in one byte). Bytes of lesser and of
/// greater weight stand apart, since those of greater weight hardly differ and so compress.
void value_data(const html::Element& into, const FleetValues& values);

/// The hosts of the nodes in the order of the values, as the block "hosts".
void host_data(const html::Element& into, const Evidence& evidence);

}  // namespace plumbline
