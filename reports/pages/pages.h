#pragma once

#include <span>

#include "reports/html/element.h"
#include "reports/pages/evidence.h"

namespace plumbline {

/// A page of the report: a section of the file with an address of its own.
struct Page {
  const char* id;  ///< its anchor, and the name of the source file that renders it
  const char* title;
  void (*render)(const Evidence& evidence, const html::Element& section);
};

/// All pages in the order in which they stand. A new page is a file and its line in pages.cpp.
std::span<const Page> pages();

void render_sign_off(const Evidence& evidence, const html::Element& section);
void render_findings(const Evidence& evidence, const html::Element& section);
void render_nodes(const Evidence& evidence, const html::Element& section);
void render_node(const Evidence& evidence, const html::Element& section);
void render_collectives(const Evidence& evidence, const html::Element& section);
void render_distributions(const Evidence& evidence, const html::Element& section);
void render_fabric(const Evidence& evidence, const html::Element& section);
void render_not_tested(const Evidence& evidence, const html::Element& section);
void render_trend(const Evidence& evidence, const html::Element& section);
void render_software(const Evidence& evidence, const html::Element& section);
void render_run_health(const Evidence& evidence, const html::Element& section);
void render_method(const Evidence& evidence, const html::Element& section);
void render_provenance(const Evidence& evidence, const html::Element& section);

}  // namespace plumbline
