# What a package of Debian's has otherwise than an installation by hand. CPack runs this when all is in
# its staging directory.
if(NOT CPACK_GENERATOR STREQUAL "DEB")
    return()
endif()
set(share ${CPACK_TEMPORARY_DIRECTORY}/usr/share)
file(RENAME ${share}/zsh/site-functions ${share}/zsh/vendor-completions)

set(doc ${share}/doc/pycguard)
file(WRITE ${doc}/changelog "pycguard (${CPACK_PACKAGE_VERSION}) unstable; urgency=medium\n\n"
    "  * Version ${CPACK_PACKAGE_VERSION}.\n\n"
    " -- ${CPACK_PACKAGE_CONTACT}  Thu, 01 Jan 1970 00:00:00 +0000\n")

# Without the time, so that the same tree gives the same package.
set(man ${share}/man/man1)
execute_process(COMMAND gzip -9n ${man}/pycguard.1 ${doc}/changelog COMMAND_ERROR_IS_FATAL ANY)
file(REMOVE ${man}/git-pycguard.1)
file(CREATE_LINK pycguard.1.gz ${man}/git-pycguard.1.gz SYMBOLIC)
file(CHMOD ${doc}/changelog.gz PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ) # whatever the umask is
