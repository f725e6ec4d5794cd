# Run by CPack when the packages are made: their SHA-256 sums, as sha256sum writes and checks them.
set(sums "")
foreach(package IN LISTS CPACK_PACKAGE_FILES)
    if(package MATCHES "\\.json$")
        continue() # what CPack says of a package that it has not made itself
    endif()
    file(SHA256 ${package} sum)
    cmake_path(GET package FILENAME name)
    string(APPEND sums "${sum}  ${name}\n")
endforeach()
file(WRITE ${CPACK_PACKAGE_DIRECTORY}/SHA256SUMS "${sums}")
