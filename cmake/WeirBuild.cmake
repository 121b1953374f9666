# Flags and functions that every CMakeLists of the project uses.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}")

option(WEIR_WERROR "Treat warnings as errors" OFF)
option(WEIR_UNITY "Compile a folder as one unit: half the time from nothing, more after a change" OFF)
set(WEIR_SANITIZE "" CACHE STRING "address, thread, fuzzer or empty")

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g1")
# -O1 keeps the suite quick and still steps line by line.
set(CMAKE_CXX_FLAGS_DEBUG "-O1 -g1 -fno-omit-frame-pointer")

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${CMAKE_COMMAND}" -E env
    "CCACHE_BASEDIR=${CMAKE_SOURCE_DIR}" CCACHE_NOHASHDIR=1
    CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
    "${CCACHE_PROGRAM}")
endif()

add_compile_options(-Wall -Wextra -Wpedantic -Wshadow)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # gcc 12 reports overlaps inside std::string that cannot happen (its bug 105329).
  add_compile_options(-fpch-preprocess -Wno-maybe-uninitialized -Wno-restrict)
  # It packs pairs of pointers of our loops into vector registers and takes them out again in each turn: 10 % of the
  # time of writing JSON.
  add_compile_options(-fno-tree-slp-vectorize)
endif()
if(WEIR_WERROR)
  add_compile_options(-Werror)
endif()
if(WEIR_SANITIZE STREQUAL "address")
  # CAF 0.17 forms references to empty tuples, which -fsanitize=null reports.
  add_compile_options(-fsanitize=address,undefined -fno-sanitize=null -fno-sanitize-recover=undefined)
  add_link_options(-fsanitize=address,undefined)
elseif(WEIR_SANITIZE STREQUAL "thread")
  add_compile_options(-fsanitize=thread)
  add_link_options(-fsanitize=thread)
elseif(WEIR_SANITIZE STREQUAL "fuzzer")
  add_compile_options(-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize=null)
  add_link_options(-fsanitize=address,undefined)
endif()

# Declares one box of the house: weir_library(NAME [OBJECT] SOURCES... ). Folders below it add
# their files with target_sources(). OBJECT keeps self-registering plug-ins from being dropped.
function(weir_library name)
  cmake_parse_arguments(arg "OBJECT" "" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
  if(arg_OBJECT)
    add_library(${name} OBJECT ${arg_SOURCES})
  else()
    add_library(${name} STATIC ${arg_SOURCES})
  endif()
  target_include_directories(${name} PUBLIC "${CMAKE_SOURCE_DIR}")
  target_link_libraries(${name} PUBLIC ${arg_PUBLIC} PRIVATE ${arg_PRIVATE})
  if(WEIR_UNITY)
    # After the folders below have added their files; the name is filled in now.
    cmake_language(EVAL CODE "cmake_language(DEFER CALL weir_unite_folders ${name})")
  endif()
endfunction()

# weir_needs(LIBRARY SOURCES... LACKING...): of a folder of weir_actors whose plug-ins need the imported target LIBRARY,
# which may not be there. With it SOURCES are built and LIBRARY is linked, without it LACKING, which registers the same
# names with register_lacking_plugin. Sources that do not include the library's headers stand outside of it.
function(weir_needs library)
  cmake_parse_arguments(arg "" "" "SOURCES;LACKING" ${ARGN})
  if(TARGET ${library})
    target_sources(weir_actors PRIVATE ${arg_SOURCES})
    # Public: whoever links the objects needs it too.
    target_link_libraries(weir_actors PUBLIC ${library})
  else()
    target_sources(weir_actors PRIVATE ${arg_LACKING})
  endif()
endfunction()

# Names in anonymous namespaces are unique in a folder, therefore. A file that registers a plug-in stays alone:
# tests link the box with plug-ins of their own.
function(weir_unite_folders name)
  set_target_properties(${name} PROPERTIES UNITY_BUILD ON UNITY_BUILD_MODE GROUP)
  get_target_property(sources ${name} SOURCES)
  foreach(source IN LISTS sources)
    cmake_path(ABSOLUTE_PATH source BASE_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}" OUTPUT_VARIABLE path)
    cmake_path(GET path PARENT_PATH folder)
    cmake_path(RELATIVE_PATH folder BASE_DIRECTORY "${CMAKE_SOURCE_DIR}" OUTPUT_VARIABLE group)
    string(MAKE_C_IDENTIFIER "${group}" group)
    set_property(SOURCE "${source}" TARGET_DIRECTORY ${name} PROPERTY UNITY_GROUP "${group}")
    file(STRINGS "${path}" registers_plug_in REGEX "^const register_" LIMIT_COUNT 1)
    if(registers_plug_in)
      set_property(SOURCE "${source}" TARGET_DIRECTORY ${name} PROPERTY SKIP_UNITY_BUILD_INCLUSION ON)
    endif()
  endforeach()
endfunction()

# weir_test(NAME LABEL SOURCES... LINK targets...): one Boost.Test program, one CTest entry.
add_custom_target(no_caf_tests)
function(weir_test name label)
  cmake_parse_arguments(arg "" "TIMEOUT" "SOURCES;LINK" ${ARGN})
  add_executable(${name} ${arg_SOURCES} "${CMAKE_SOURCE_DIR}/tests/support/main.cpp")
  target_link_libraries(${name} PRIVATE ${arg_LINK} Boost::boost boost_unit_test_framework)
  target_compile_definitions(${name} PRIVATE BOOST_TEST_DYN_LINK)
  target_include_directories(${name} PRIVATE "${CMAKE_SOURCE_DIR}")
  add_test(NAME ${name} COMMAND ${name} --log_level=test_suite --report_level=short)
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 300)
  endif()
  set(labels ${label})
  if(NOT arg_LINK MATCHES "weir_(actors|topology|cli)")
    # No CAF in it: ThreadSanitizer sees every atomic.
    list(APPEND labels no-caf)
    add_dependencies(no_caf_tests ${name})
  endif()
  set_tests_properties(${name} PROPERTIES LABELS "${labels}" TIMEOUT ${arg_TIMEOUT} SKIP_RETURN_CODE 77)
endfunction()
