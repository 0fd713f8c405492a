cmake_minimum_required(VERSION 3.25)

# Writes VERSION into PTX, a file, in the place of the version that its compiler knows: that one is the
# compiler's own, whether the code needs it or not, and a driver refuses one that is newer than itself.
file(READ "${PTX}" code)
string(REGEX REPLACE "\n\\.version [0-9.]+" "\n.version ${VERSION}" lowered "${code}")
if(lowered STREQUAL code)
  message(FATAL_ERROR "${PTX}: expected a line \".version NUMBER\" that is not ${VERSION} already")
endif()
file(WRITE "${PTX}" "${lowered}")
