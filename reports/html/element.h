#pragma once

#include <concepts>
#include <cstddef>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "reports/html/escape.h"

namespace plumbline::html {

constexpr bool is_name(std::string_view text) {
  for (const char c : text) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (!letter && !(c >= '0' && c <= '9') && c != '-') return false;
  }
  return !text.empty();
}

/// The name of an element. Only a literal can be one, so no data becomes markup; <script> and
/// <style> do not compile: they take an Asset.
class Tag {
 public:
  consteval Tag(const char* name) : name_(name) {
    if (!is_name(name_) || name_ == "script" || name_ == "style") throw "not a tag for data";
  }
  constexpr std::string_view name() const { return name_; }

 private:
  std::string_view name_;
};

/// The name of an attribute: a literal too. Those whose value would be run, loaded or sent do not
/// compile.
class AttributeName {
 public:
  consteval AttributeName(const char* name) : name_(name) {
    if (!is_name(name_) || name_.starts_with("on")) throw "not an attribute for data";
    for (const std::string_view other : {"style", "src", "srcset", "srcdoc", "action", "formaction",
                                         "data", "ping", "background", "poster"}) {
      if (name_ == other) throw "not an attribute for data";
    }
  }
  constexpr std::string_view name() const { return name_; }

 private:
  std::string_view name_;
};

struct Attribute {
  AttributeName name;
  std::string value;
  bool present = true;  ///< false: not written at all

  constexpr Attribute(AttributeName n) : name(n) {}
  Attribute(AttributeName n, std::string_view v) : name(n), value(v) {}
  Attribute(AttributeName n, const char* v) : name(n), value(v) {}
  Attribute(AttributeName n, std::string v) : name(n), value(std::move(v)) {}
  Attribute(AttributeName n, std::same_as<bool> auto on) : name(n), present(on) {}
  Attribute(AttributeName n, std::integral auto v) requires(!std::same_as<decltype(v), bool>)
      : name(n), value(std::to_string(v)) {}
  Attribute(AttributeName n, double v) : name(n), value(coordinate(v)) {}
};

/// A text that was compiled into the program: the only way to a script or a style sheet.
struct Asset {
  std::string_view text;
  std::string_view sha256;  ///< of `text`, 64 hexadecimal digits
};

class Document;

/// An open element: what is written through it lands inside; its destructor writes the end tag.
/// Elements are written in order, so an element may only be written to while none inside it is open
/// (std::logic_error otherwise). All text and attribute values are escaped; an href that is neither
/// a fragment nor http(s) is left out.
class Element {
 public:
  Element(const Element&) = delete;
  Element& operator=(const Element&) = delete;
  ~Element();

  Element add(Tag tag, std::initializer_list<Attribute> attributes = {}) const;
  const Element& text(std::string_view text) const;

  /// Bytes for the script of the page, deflated: an element that nothing runs and nobody sees. Its
  /// id is "data-" and the name.
  void data(std::string_view name, std::string_view bytes) const;

  void script(const Asset& asset) const;
  void style(const Asset& asset) const;

 private:
  friend class Document;
  Element(Document& document, std::string_view tag, std::initializer_list<Attribute> attributes);
  void begin_content() const;
  void asset(std::string_view tag, const Asset& asset) const;

  Document* document_;
  std::string_view tag_;
  std::size_t depth_;
  bool foreign_;  ///< <svg> or inside it
};

/// The text of an HTML document while it is written.
class Document {
 public:
  /// <!doctype html> and <html lang=...>; close it before take().
  Element open(std::string_view language);
  /// The whole document, in ASCII. std::logic_error while an element is open.
  std::string take();

 private:
  friend class Element;
  std::string out_;
  std::vector<bool> open_;  ///< of each open element: is it foreign?
  bool in_tag_ = false;     ///< the last start tag still misses its '>'
};

/// A Content-Security-Policy that lets exactly these styles and scripts be used and nothing be
/// loaded.
std::string content_security_policy(std::span<const Asset> styles, std::span<const Asset> scripts);

}  // namespace plumbline::html
