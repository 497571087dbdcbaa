# Every target of ours gets these; a warning is an error.
add_library(wslb_warnings INTERFACE)
target_compile_options(wslb_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast
  -Wnon-virtual-dtor -Woverloaded-virtual -Wimplicit-fallthrough -Wswitch-enum
  -Wnull-dereference -Wdouble-promotion -Wformat=2 -Werror)
# GCC 12 reports these inside the standard library and Asio coroutines at -O2; clang-tidy and the
# sanitizers watch the same ground without the false alarms.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(wslb_warnings INTERFACE
    -Wno-null-dereference -Wno-maybe-uninitialized -Wno-restrict -Wno-stringop-overflow
    -Wno-stringop-overread -Wno-array-bounds -Wno-dangling-pointer -Wno-mismatched-new-delete
    -Wno-subobject-linkage)  # the last: of unity builds
else()
  target_compile_options(wslb_warnings INTERFACE -Wno-shadow)  # of unity builds, too
endif()
