#include "reports/html/element.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace plumbline::html {
namespace {

std::string escaped(std::string_view text) {
  std::string out;
  escape(text, out);
  return out;
}

TEST(Escape, LeavesPlainText) {
  EXPECT_EQ(escaped("gpu3 1540 GB/s, 50 %"), "gpu3 1540 GB/s, 50 %");
}

TEST(Escape, NoMarkupSurvives) {
  EXPECT_EQ(escaped("<script>\"a\" & 'b'</script>"),
            "&lt;script&gt;&quot;a&quot; &amp; &#39;b&#39;&lt;/script&gt;");
}

TEST(Escape, KeepsUtf8) {
  EXPECT_EQ(escaped("\u03B8 \u2192 \U0001F600"), "\u03B8 \u2192 \U0001F600");
}

TEST(Escape, BrokenUtf8IsReplaced) {
  EXPECT_EQ(escaped("a\xFFz"), "a\uFFFDz");
  EXPECT_EQ(escaped("\xE2\x82"), "\uFFFD\uFFFD");                      // cut
  EXPECT_EQ(escaped("\xC0\xAF"), "\uFFFD\uFFFD");                      // overlong '/'
  EXPECT_EQ(escaped("\xED\xA0\x80"), "\uFFFD\uFFFD\uFFFD");            // surrogate
  EXPECT_EQ(escaped("\xF4\x90\x80\x80"), "\uFFFD\uFFFD\uFFFD\uFFFD");  // beyond U+10FFFF
}

TEST(Escape, ControlCharactersAndTurnsOfDirectionAreReplaced) {
  EXPECT_EQ(escaped(std::string_view("a\0b\x1B[1m", 6)), "a\uFFFDb\uFFFD[1");
  EXPECT_EQ(escaped("gpu\u202Etxt"), "gpu\uFFFDtxt");
  EXPECT_EQ(escaped("a\tb\n"), "a\tb\n");
}

TEST(InAscii, WhatIsBeyondBecomesAReference) {
  EXPECT_EQ(in_ascii("<p class=\"a\">&amp;</p>"), "<p class=\"a\">&amp;</p>");
  EXPECT_EQ(in_ascii("\u03B8 \u2192 \U0001F600"), "&#952; &#8594; &#128512;");
  EXPECT_EQ(in_ascii("a\xFFz"), "a&#65533;z");
}

TEST(Base64, Rfc4648) {
  EXPECT_EQ(base64(""), "");
  EXPECT_EQ(base64("f"), "Zg==");
  EXPECT_EQ(base64("fo"), "Zm8=");
  EXPECT_EQ(base64("foobar"), "Zm9vYmFy");
  EXPECT_EQ(base64("\xFF\xFE"), "//4=");
}

TEST(Coordinate, TwoDecimalsAtMost) {
  EXPECT_EQ(coordinate(3), "3");
  EXPECT_EQ(coordinate(2.5), "2.5");
  EXPECT_EQ(coordinate(1.0 / 3), "0.33");
  EXPECT_EQ(coordinate(-0.001), "0");
  EXPECT_EQ(coordinate(1e300 * 1e300), "0");
}

TEST(Element, WritesNestedElements) {
  Document document;
  {
    const Element html = document.open("en");
    const Element body = html.add("body", {{"class", "a \"b\""}});
    body.add("p").text("1 < 2");
    body.add("br");
    body.add("td", {{"colspan", 7}, {"hidden"}});
  }
  EXPECT_EQ(document.take(),
            "<!doctype html>\n<html lang=\"en\"><body class=\"a &quot;b&quot;\"><p>1 &lt; "
            "2</p><br><td colspan=\"7\" hidden></td></body></html>\n");
}

TEST(Element, EmptySvgElementsCloseThemselves) {
  Document document;
  {
    const Element html = document.open("en");
    const Element svg = html.add("svg", {{"viewBox", "0 0 1 1"}});
    svg.add("line", {{"x1", 0.125}, {"x2", 1.0}});
    svg.add("text").text("a");
  }
  EXPECT_EQ(document.take(),
            "<!doctype html>\n<html lang=\"en\"><svg viewBox=\"0 0 1 1\"><line x1=\"0.13\" "
            "x2=\"1\"/><text>a</text></svg></html>\n");
}

TEST(Element, BooleanAttributes) {
  Document document;
  {
    const Element html = document.open("en");
    html.add("details", {{"open", true}});
    html.add("details", {{"open", false}});
  }
  EXPECT_EQ(
      document.take(),
      "<!doctype html>\n<html lang=\"en\"><details open></details><details></details></html>\n");
}

TEST(Element, LinksThatRunAreLeftOut) {
  Document document;
  {
    const Element html = document.open("en");
    for (const char* link :
         {"#node-1", "https://example.org/", "javascript:alert(1)", "data:text/html,x",
          " javascript:alert(1)", "//example.org", "file:///etc/passwd"}) {
      html.add("a", {{"href", link}});
    }
  }
  EXPECT_EQ(document.take(),
            "<!doctype html>\n<html lang=\"en\"><a href=\"#node-1\"></a><a "
            "href=\"https://example.org/\"></a><a></a><a></a><a></a><a></a><a></a></html>\n");
}

TEST(Element, WritingToAParentOfAnOpenElementIsAnError) {
  Document document;
  const Element html = document.open("en");
  const Element body = html.add("body");
  EXPECT_THROW(html.text("x"), std::logic_error);
  EXPECT_THROW(document.take(), std::logic_error);
}

TEST(Element, AnAssetWithAnEndTagIsAnError) {
  Document document;
  const Element html = document.open("en");
  EXPECT_THROW(html.script({"'</script>'", ""}), std::logic_error);
}

TEST(Element, AnAssetBeyondAsciiIsAnError) {
  Document document;
  const Element html = document.open("en");
  EXPECT_THROW(html.script({"'\u2192'", ""}), std::logic_error);
}

TEST(ContentSecurityPolicy, NamesTheDigests) {
  // printf '' | openssl dgst -sha256 -binary | base64
  const Asset empty{"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"};
  const Asset two[] = {empty, empty};
  EXPECT_EQ(content_security_policy({&empty, 1}, two),
            "default-src 'none'; style-src 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='; "
            "script-src 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=' "
            "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='; base-uri 'none'; "
            "form-action 'none'");
}

TEST(ContentSecurityPolicy, NothingIsAllowedWhereThereIsNothing) {
  EXPECT_EQ(content_security_policy({}, {}),
            "default-src 'none'; style-src 'none'; script-src 'none'; base-uri 'none'; "
            "form-action 'none'");
}

TEST(Element, DataIsNeitherRunNorMarkup) {
  Document document;
  {
    const Element html = document.open("en");
    html.data("nodes", "</script><script>alert(1)</script>");
  }
  const std::string page = document.take();
  const std::string begin = "<script type=\"application/octet-stream\" id=\"data-nodes\">";
  const std::size_t at = page.find(begin);
  ASSERT_NE(at, std::string::npos);
  const std::string rest = page.substr(at + begin.size());
  EXPECT_EQ(rest.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                                   "+/="),
            rest.find("</script></html>"));
}

TEST(Fragment, AllButPlainCharactersAreEscaped) {
  EXPECT_EQ(fragment("ip-10-1-7-3.ec2_a"), "ip-10-1-7-3.ec2_a");
  EXPECT_EQ(fragment("<a b='c'>!"), "%3Ca%20b%3D%27c%27%3E%21");
  EXPECT_EQ(fragment("\u03B8"), "%CE%B8");
  EXPECT_EQ(fragment("a\xFFz"), "a%EF%BF%BDz");
}

}  // namespace
}  // namespace plumbline::html
