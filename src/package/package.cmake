# Run by CPack in a static build (the generator External): a tarball and a wheel of what is staged.
find_program(PYTHON3 python3 REQUIRED)
execute_process(
    COMMAND ${PYTHON3} -I ${CMAKE_CURRENT_LIST_DIR}/package.py ${CPACK_TEMPORARY_DIRECTORY}
        ${CPACK_TOPLEVEL_DIRECTORY} ${CPACK_PACKAGE_VERSION} ${CPACK_SYSTEM_PROCESSOR}
    OUTPUT_VARIABLE packages OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
string(REPLACE "\n" ";" CPACK_EXTERNAL_BUILT_PACKAGES "${packages}")
