# Reading the headers of the standard library and of Asio takes longer than compiling most files, so
# two folders have them precompiled: `config` those of the standard library, for all that includes
# no more, proxy and agent Asio's as well, for themselves and what is built on them.
function(wslb_precompile_standard target)
  target_precompile_headers(${target} PRIVATE <algorithm> <array> <charconv> <chrono> <functional>
    <map> <memory> <optional> <span> <string> <string_view> <variant> <vector>)
endfunction()
function(wslb_precompile_asio target)
  wslb_precompile_standard(${target})
  target_precompile_headers(${target} PRIVATE <boost/asio.hpp> <spdlog/spdlog.h>)
endfunction()

# wslb_component(NAME SOURCES ... LINK ...): one folder, one static library, named wslb::NAME.
function(wslb_component name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
  add_library(wslb_${name} STATIC ${ARG_SOURCES})
  add_library(wslb::${name} ALIAS wslb_${name})
  target_include_directories(wslb_${name} PUBLIC ${CMAKE_SOURCE_DIR})
  target_link_libraries(wslb_${name} PUBLIC ${ARG_LINK} PRIVATE wslb_warnings)
  set(simulated base vrrp agent_core agent_sticky)
  if(NOT name IN_LIST simulated)
    wslb_compile_quickly(wslb_${name})
  endif()
endfunction()

# wslb_program(NAME SOURCES ... LINK ...): a binary in build/bin.
function(wslb_program name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE ${ARG_LINK} wslb_warnings)
  wslb_compile_quickly(${name})
endfunction()

# wslb_test(NAME SOURCES ... LINK ...): a GoogleTest binary, run by ctest as one test.
function(wslb_test name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE ${ARG_LINK} GTest::gmock GTest::gtest_main wslb_warnings)
  wslb_compile_quickly(${name})
  add_test(NAME ${name} COMMAND ${name} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  set_tests_properties(${name} PROPERTIES TIMEOUT 120)
endfunction()

# wslb_fuzz(NAME SOURCE LINK ...): with the fuzz preset a libFuzzer binary fuzz_NAME; otherwise a
# binary that replays tests/fuzz/corpus/NAME and its mutations, run by ctest.
function(wslb_fuzz name source)
  cmake_parse_arguments(ARG "" "" "LINK" ${ARGN})
  add_executable(fuzz_${name} ${source})
  target_include_directories(fuzz_${name} PRIVATE ${CMAKE_SOURCE_DIR})
  target_link_libraries(fuzz_${name} PRIVATE ${ARG_LINK} wslb_warnings)
  if(WSLB_FUZZ)
    target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
  else()
    wslb_compile_quickly(fuzz_${name})
    target_precompile_headers(fuzz_${name} REUSE_FROM wslb_config)
    target_sources(fuzz_${name} PRIVATE ${CMAKE_SOURCE_DIR}/tests/fuzz/replay.cpp)
    add_test(NAME fuzz_${name}
      COMMAND fuzz_${name} ${CMAKE_SOURCE_DIR}/tests/fuzz/corpus/${name})
    set_tests_properties(fuzz_${name} PROPERTIES TIMEOUT 120)
  endif()
endfunction()
