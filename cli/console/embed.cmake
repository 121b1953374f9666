# Writes the files of folders as a C++ header: cmake "-DFOLDERS=web;api" -DOUTPUT=web_content.hpp -P embed.cmake
set(paths "")
foreach(folder IN LISTS FOLDERS)
  file(GLOB found "${folder}/*")
  list(APPEND paths ${found})
endforeach()
list(SORT paths)
set(arrays "")
set(rows "")
set(number 0)
foreach(path IN LISTS paths)
  get_filename_component(name "${path}" NAME)
  file(READ "${path}" hex HEX)
  string(REGEX REPLACE "(..)" "0x\\1," bytes "${hex}")
  string(APPEND arrays "inline constexpr unsigned char web_bytes_${number}[] = {${bytes}0};\n")
  string(LENGTH "${hex}" digits)
  math(EXPR size "${digits} / 2")
  string(APPEND rows "    {\"/${name}\", {reinterpret_cast<const char*>(web_bytes_${number}), ${size}}},\n")
  math(EXPR number "${number} + 1")
endforeach()
file(WRITE "${OUTPUT}" "// Made of cli/console/web and api; do not edit.
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
