# Writes the files of a folder as a C++ header: cmake -DFOLDER=web -DOUTPUT=web_content.hpp -P embed.cmake
file(GLOB names RELATIVE "${FOLDER}" "${FOLDER}/*")
list(SORT names)
set(arrays "")
set(rows "")
set(number 0)
foreach(name IN LISTS names)
  file(READ "${FOLDER}/${name}" hex HEX)
  string(REGEX REPLACE "(..)" "0x\\1," bytes "${hex}")
  string(APPEND arrays "inline constexpr unsigned char web_bytes_${number}[] = {${bytes}0};\n")
  string(LENGTH "${hex}" digits)
  math(EXPR size "${digits} / 2")
  string(APPEND rows "    {\"/${name}\", {reinterpret_cast<const char*>(web_bytes_${number}), ${size}}},\n")
  math(EXPR number "${number} + 1")
endforeach()
file(WRITE "${OUTPUT}" "// Made of cli/console/web; do not edit.
#pragma once
#include <string_view>
namespace weir::cli {
struct embedded_file {
  std::string_view path;
  std::string_view bytes;
};
${arrays}inline const embedded_file web_content[] = {
${rows}};
} // namespace weir::cli
")
