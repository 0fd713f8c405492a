#include "reports/pages/page_head.h"

#include "reports/html/escape.h"
#include "reports/pages/assets/assets.h"

namespace plumbline {

void page_head(const html::Element& html, const std::string& version, const std::string& title) {
  const html::Element head = html.add("head");
  head.add("meta", {{"charset", "utf-8"}});
  head.add("meta", {{"http-equiv", "Content-Security-Policy"},
                    {"content", html::content_security_policy(report_styles(), report_scripts())}});
  head.add("meta", {{"name", "viewport"}, {"content", "width=device-width, initial-scale=1"}});
  head.add("meta", {{"name", "color-scheme"}, {"content", "light dark"}});
  head.add("meta", {{"name", "referrer"}, {"content", "no-referrer"}});
  head.add("meta", {{"name", "generator"}, {"content", "plumbline " + version}});
  head.add("title").text(title);
  for (const html::Asset& style : report_styles()) head.style(style);
}

}  // namespace plumbline
