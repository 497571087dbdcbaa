# The Debian package, by CPack: `./dev package`. It is what `cmake --install` would put under /usr, and
# the maintainer scripts of packaging/. What is in docs/man when it is made is in it.
set(WSLB_PACKAGE_VERSION ${PROJECT_VERSION} CACHE STRING "The package's version")
set(WSLB_MAINTAINER "wslb maintainers <wslb@localhost>" CACHE STRING "Who answers for the package")
set(WSLB_PACKAGE_DATE "Thu, 01 Jan 1970 00:00:00 +0000" CACHE STRING "Of its changelog, RFC 5322")

# Tests and benchmarks need not be built for it.
set(CMAKE_SKIP_INSTALL_ALL_DEPENDENCY ON)

install(TARGETS wslb-agent wslb-proxy wslbctl RUNTIME DESTINATION bin)
install(PROGRAMS systemd/stop-agent packaging/restart DESTINATION libexec/wslb)
install(FILES systemd/wslb-agent.service systemd/wslb-proxy.service DESTINATION lib/systemd/system)
install(FILES systemd/wslb.sysusers DESTINATION lib/sysusers.d RENAME wslb.conf)
install(FILES systemd/wslb.tmpfiles DESTINATION lib/tmpfiles.d RENAME wslb.conf)
install(FILES packaging/wslbctl.bash DESTINATION share/bash-completion/completions RENAME wslbctl)
install(FILES packaging/lintian-overrides DESTINATION share/lintian/overrides RENAME wslb)
install(FILES packaging/copyright DESTINATION share/doc/wslb)
install(DIRECTORY docs/examples docs/grafana docs/prometheus DESTINATION share/doc/wslb)
file(GLOB guides CONFIGURE_DEPENDS docs/*.md)
install(FILES ${guides} DESTINATION share/doc/wslb)

# What Debian wants compressed without a name or a time in it.
function(wslb_install_compressed source name destination)
  set(compressed ${CMAKE_BINARY_DIR}/package/${name}.gz)
  configure_file(${source} ${CMAKE_BINARY_DIR}/package/${name})
  install(CODE "execute_process(COMMAND gzip -9nkf ${CMAKE_BINARY_DIR}/package/${name}
    COMMAND_ERROR_IS_FATAL ANY)")
  install(FILES ${compressed} DESTINATION ${destination})
endfunction()

wslb_install_compressed(packaging/changelog.in changelog share/doc/wslb)
file(GLOB manuals CONFIGURE_DEPENDS docs/man/*.[1-8])
foreach(manual ${manuals})
  get_filename_component(name ${manual} NAME)
  string(REGEX MATCH "[1-8]$" section ${name})
  file(COPY ${manual} DESTINATION ${CMAKE_BINARY_DIR}/package)
  install(CODE "execute_process(COMMAND gzip -9nkf ${CMAKE_BINARY_DIR}/package/${name}
    COMMAND_ERROR_IS_FATAL ANY)")
  install(FILES ${CMAKE_BINARY_DIR}/package/${name}.gz DESTINATION share/man/man${section})
endforeach()

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME wslb)
set(CPACK_PACKAGE_VERSION ${WSLB_PACKAGE_VERSION})
set(CPACK_PACKAGE_CONTACT ${WSLB_MAINTAINER})
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "high availability for WebSocket services on a pair of hosts")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
"Two hosts share an IP address by VRRP (RFC 9568). Each runs a proxy that
speaks HAProxy's configuration language, and an agent that moves the address,
shares sticky sessions with the other host, and keeps the proxy's connections
while it is restarted or was killed.
.
Nothing is started before there is a configuration, /etc/wslb/wslb.cfg.")
set(CPACK_PACKAGE_DIRECTORY ${CMAKE_BINARY_DIR}/package)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ
  GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "systemd (>= 252), init-system-helpers (>= 1.65)")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${CMAKE_SOURCE_DIR}/packaging/postinst
  ${CMAKE_SOURCE_DIR}/packaging/prerm ${CMAKE_SOURCE_DIR}/packaging/postrm)
include(CPack)
