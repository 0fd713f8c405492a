#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "reports/html/element.h"
#include "reports/pages/evidence.h"

namespace plumbline {

// How the pages say things. One spelling of a number, a time, a verdict and a path for all of them.

/// Four significant digits for people, whole numbers exactly: 12.30, 0.01235, 201379840.
std::string person_number(double value);
/// The unit where it says something: not for counts, indices and texts.
std::string_view unit_text(std::string_view unit);
/// "201.4 GB/s", "8".
std::string value_with_unit(double value, std::string_view unit);
/// The value of a finding or its text, without unit; "not measured" is an empty string.
std::string found(const Finding& finding);
/// What is expected, without unit; empty where nothing is.
std::string expected(const Finding& finding);
/// value / expected - 1, for findings that have both as numbers.
std::optional<double> difference(const Finding& finding);
/// "-12.3 %", "+0.4 %" with a true minus sign.
std::string signed_percent(double ratio);
/// "1,234" from a thousand on, with narrow no-break spaces: "12 345".
std::string count(std::uint64_t number);
/// "1 node", "3 nodes".
std::string count_of(std::uint64_t number, std::string_view singular);
/// "2026-11-24 10:33:35 UTC".
std::string person_time(WallTime time);
std::string time_without_zone(WallTime time);
/// "1.2 s", "3 min 20 s", "2 h 05 min".
std::string person_duration(double seconds);
/// "1 GiB, locality=local": what else names the work of a finding.
std::string work_of(const Finding& finding);
std::string work_of(std::uint64_t bytes, const Params& params);
std::string work_of(const Measurement& measurement);

/// The word of a verdict with its shape: never colour alone.
void badge(const html::Element& into, Verdict verdict);
void badge(const html::Element& into, NodeOutcome outcome);
/// The class that gives a verdict its colour: "v-fail".
std::string_view verdict_class(Verdict verdict);
std::string_view outcome_class(NodeOutcome outcome);
/// The shapes that badge() refers to; once in a document.
void badge_shapes(const html::Element& body);

/// Addresses within the document, for links from tickets too: "node=ip-10-1-7-3".
std::string anchor(std::string_view kind, std::string_view name);
std::string node_anchor(std::string_view host);
std::string finding_anchor(const Finding& finding);

/// When a run was made and how long it took, as far as its journal says.
std::string person_time(const ReportedRun& run);

/// A sentence, with what stands between backticks as code.
void prose(const html::Element& into, std::string_view sentence);

/// A command with a button that copies it.
void command_line(const html::Element& into, std::string_view command);

}  // namespace plumbline
