# cmake -DINPUTS=a.js|b.js -DOUTPUT=report_scripts.cpp -DNAME=report_scripts -P embed_assets.cmake
# Turns text files into the function NAME(), which gives them in this order as html::Asset with the
# digests that the Content-Security-Policy names.
string(REPLACE "|" ";" inputs "${INPUTS}")
set(arrays "")
set(assets "")
set(number 0)
foreach(input IN LISTS inputs)
  file(READ ${input} bytes HEX)
  file(SHA256 ${input} digest)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," array "${bytes}")
  string(REGEX MATCH "0x[89a-f]." beyond_ascii "${array}")
  if(beyond_ascii)
    message(FATAL_ERROR "${input}: has the byte ${beyond_ascii}, expected ASCII: write it as an escape")
  endif()
  string(REGEX REPLACE "(0x0a,)" "\\1\n    " array "${array}")
  string(APPEND arrays "// ${input}\nconstexpr char text_${number}[] = {\n    ${array}};\n")
  string(APPEND assets "      {{text_${number}, sizeof text_${number}},\n       \"${digest}\"},\n")
  math(EXPR number "${number} + 1")
endforeach()
file(WRITE ${OUTPUT} "// Made by embed_assets.cmake.
#include \"reports/pages/assets/assets.h\"

namespace plumbline {
namespace {
${arrays}}  // namespace

std::span<const html::Asset> ${NAME}() {
  static constexpr html::Asset all[] = {
${assets}  };
  return all;
}
}  // namespace plumbline
")
