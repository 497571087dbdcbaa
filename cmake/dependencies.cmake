find_package(Threads REQUIRED)
find_package(Boost 1.81 REQUIRED)
find_package(Protobuf REQUIRED)
find_package(spdlog REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(GTest REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(LIBNL REQUIRED IMPORTED_TARGET libnl-3.0 libnl-route-3.0)
pkg_check_modules(SYSTEMD REQUIRED IMPORTED_TARGET libsystemd)
pkg_check_modules(CARES REQUIRED IMPORTED_TARGET libcares)
pkg_check_modules(URING REQUIRED IMPORTED_TARGET liburing)
pkg_check_modules(PCRE2 REQUIRED IMPORTED_TARGET libpcre2-8)

# Asio is compiled once, in this library, instead of in every file that includes it.
add_library(wslb_asio STATIC ${CMAKE_SOURCE_DIR}/cmake/asio.cpp)
target_compile_definitions(wslb_asio PUBLIC BOOST_ASIO_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED)
target_link_libraries(wslb_asio PUBLIC Boost::headers Threads::Threads OpenSSL::SSL)

# Boost.JSON likewise: Debian's libboost1.81-dev has its headers, and no more is needed.
add_library(wslb_json STATIC ${CMAKE_SOURCE_DIR}/cmake/json.cpp)
target_link_libraries(wslb_json PUBLIC Boost::headers)
wslb_compile_quickly(wslb_asio)
wslb_compile_quickly(wslb_json)
