set(WSLB_SANITIZE "" CACHE STRING "Sanitizers, as -fsanitize= takes them: 'address,undefined' or 'thread'")
option(WSLB_FUZZ "Build the fuzz targets with libFuzzer (clang only)" OFF)

if(WSLB_SANITIZE)
  add_compile_options(-fsanitize=${WSLB_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all -O1 -g1)
  add_link_options(-fsanitize=${WSLB_SANITIZE})
endif()
if(WSLB_SANITIZE STREQUAL "thread")
  # ThreadSanitizer does not know fences; Asio's own locks order what its loops share.
  add_compile_definitions(BOOST_ASIO_DISABLE_FENCED_BLOCK)
endif()
if(WSLB_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
  add_link_options(-fsanitize=fuzzer-no-link)
endif()
if(NOT WSLB_SANITIZE AND CMAKE_BUILD_TYPE STREQUAL "Release")
  # What handles strangers' bytes is hardened as Debian hardens its own packages.
  add_compile_options(-D_FORTIFY_SOURCE=2 -fstack-protector-strong -fPIE -D_GLIBCXX_ASSERTIONS)
  add_link_options(-pie -Wl,-z,relro,-z,now)
endif()

# Under a sanitizer, compiling most code costs more than running it; not where years are simulated
# and not for the fuzzer. The checks left out are a third of the compiler's work: a null pointer
# ends in AddressSanitizer's report anyway.
function(wslb_compile_quickly target)
  if(WSLB_SANITIZE AND NOT WSLB_FUZZ)
    target_compile_options(${target} PRIVATE -O0)
  endif()
  if(WSLB_SANITIZE MATCHES undefined AND NOT WSLB_FUZZ)
    target_compile_options(${target} PRIVATE -fno-sanitize=null,alignment,object-size,vptr)
  endif()
endfunction()
