# Run by CPack when packages are made: the SHA-256 sums of all that are here, as sha256sum writes and checks
# them.
file(GLOB packages ${CPACK_PACKAGE_DIRECTORY}/pycguard[_-]${CPACK_PACKAGE_VERSION}[_-]*)
set(sums "")
foreach(package IN LISTS packages)
    if(package MATCHES "\\.(deb|tar\\.gz|whl)$")
        file(SHA256 ${package} sum)
        cmake_path(GET package FILENAME name)
        string(APPEND sums "${sum}  ${name}\n")
    endif()
endforeach()
file(WRITE ${CPACK_PACKAGE_DIRECTORY}/SHA256SUMS "${sums}")
