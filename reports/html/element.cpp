#include "reports/html/element.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <stdexcept>
#include <utility>

#include "reports/html/deflate.h"

namespace plumbline::html {
namespace {

/// Elements without content (HTML Living Standard, 13.1.2).
bool is_void(std::string_view tag) {
  static constexpr std::array<std::string_view, 13> names = {
      "area",  "base", "br",   "col",    "embed", "hr", "img",
      "input", "link", "meta", "source", "track", "wbr"};
  return std::ranges::find(names, tag) != names.end();
}

/// A link that stays in the page or leads to the web; nothing that would run.
bool is_harmless_link(std::string_view value) {
  return value.starts_with('#') || value.starts_with("https://") || value.starts_with("http://");
}

std::string digest_source(std::string_view sha256) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < sha256.size(); i += 2) {
    unsigned value = 0;
    std::from_chars(sha256.data() + i, sha256.data() + i + 2, value, 16);
    bytes += static_cast<char>(value);
  }
  return "'sha256-" + base64(bytes) + '\'';
}

}  // namespace

Element::Element(Document& document, std::string_view tag,
                 std::initializer_list<Attribute> attributes)
    : document_(&document),
      tag_(tag),
      depth_(document.open_.size() + 1),
      foreign_(tag == "svg" || (!document.open_.empty() && document.open_.back())) {
  std::string& out = document_->out_;
  out += '<';
  out += tag;
  for (const Attribute& attribute : attributes) {
    if (!attribute.present) continue;
    if (attribute.name.name() == "href" && !is_harmless_link(attribute.value)) continue;
    out += ' ';
    out += attribute.name.name();
    if (attribute.value.empty() && !foreign_) continue;
    out += "=\"";
    escape(attribute.value, out);
    out += '"';
  }
  document_->in_tag_ = true;
  document_->open_.push_back(foreign_);
}

Element::~Element() {
  std::string& out = document_->out_;
  document_->open_.pop_back();
  const bool empty = std::exchange(document_->in_tag_, false);
  if (empty && foreign_) {
    out += "/>";
    return;
  }
  if (empty) out += '>';
  if (!foreign_ && is_void(tag_)) return;
  out += "</";
  out += tag_;
  out += '>';
}

void Element::begin_content() const {
  if (document_->open_.size() != depth_) {
    throw std::logic_error("<" + std::string(tag_) +
                           "> is written to while an element in it is open");
  }
  if (std::exchange(document_->in_tag_, false)) document_->out_ += '>';
}

Element Element::add(Tag tag, std::initializer_list<Attribute> attributes) const {
  begin_content();
  return Element(*document_, tag.name(), attributes);
}

const Element& Element::text(std::string_view text) const {
  begin_content();
  escape(text, document_->out_);
  return *this;
}

void Element::asset(std::string_view tag, const Asset& asset) const {
  if (asset.text.find("</") != std::string_view::npos) {
    throw std::logic_error("an asset holds an end tag");
  }
  if (std::ranges::any_of(asset.text, [](char c) { return (c & 0x80) != 0; })) {
    throw std::logic_error("an asset is not in ASCII");
  }
  begin_content();
  const Element element(*document_, tag, {});
  element.begin_content();
  document_->out_ += asset.text;
}

void Element::data(std::string_view name, std::string_view bytes) const {
  begin_content();
  const Element block(*document_, "script",
                      {{"type", "application/octet-stream"}, {"id", "data-" + std::string(name)}});
  block.begin_content();
  document_->out_ += base64(deflated(bytes));
}

void Element::script(const Asset& text) const { asset("script", text); }
void Element::style(const Asset& text) const { asset("style", text); }

Element Document::open(std::string_view language) {
  out_ += "<!doctype html>\n";
  return Element(*this, "html", {{"lang", language}});
}

std::string Document::take() {
  if (!open_.empty()) throw std::logic_error("the document is taken while an element is open");
  out_ += '\n';
  return in_ascii(std::exchange(out_, {}));
}

std::string content_security_policy(std::span<const Asset> styles, std::span<const Asset> scripts) {
  const auto sources = [](std::span<const Asset> assets) {
    std::string text;
    for (const Asset& asset : assets) text += ' ' + digest_source(asset.sha256);
    return text.empty() ? " 'none'" : text;
  };
  return "default-src 'none'; style-src" + sources(styles) + "; script-src" + sources(scripts) +
         "; base-uri 'none'; form-action 'none'";
}

}  // namespace plumbline::html
