# cmake -DINPUT=report.css -DOUTPUT=report_css.cpp -DNAME=report_css -P embed_asset.cmake
# Turns a text file into an html::Asset with the digest that the Content-Security-Policy names.
file(READ ${INPUT} bytes HEX)
file(SHA256 ${INPUT} digest)
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," array "${bytes}")
string(REGEX MATCH "0x[89a-f]." beyond_ascii "${array}")
if(beyond_ascii)
  message(FATAL_ERROR "${INPUT}: has the byte ${beyond_ascii}, expected ASCII: write it as an escape")
endif()
string(REGEX REPLACE "(0x0a,)" "\\1\n    " array "${array}")
file(WRITE ${OUTPUT} "// Made from ${INPUT} by embed_asset.cmake.
#include \"reports/pages/assets/assets.h\"

namespace plumbline {
namespace {
constexpr char text[] = {
    ${array}};
}  // namespace
const html::Asset ${NAME} = {{text, sizeof text}, \"${digest}\"};
}  // namespace plumbline
")
