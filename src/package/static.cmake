# Run by CPack in an ordinary build (the generator External): builds the static program below it, and makes
# its packages too.
list(GET CPACK_BUILD_SOURCE_DIRS 0 source)
list(GET CPACK_BUILD_SOURCE_DIRS 1 static)
string(APPEND static /static)
foreach(command IN ITEMS "${CMAKE_COMMAND};-S;${source};-B;${static};-G;${CPACK_CMAKE_GENERATOR};-DPYCGUARD_STATIC=ON;-DCMAKE_C_COMPILER=${CPACK_C_COMPILER}"
        "${CMAKE_COMMAND};--build;${static};--parallel;2"
        "${CMAKE_CPACK_COMMAND};--config;${static}/CPackConfig.cmake;-B;${CPACK_PACKAGE_DIRECTORY}")
    execute_process(COMMAND ${command} COMMAND_ERROR_IS_FATAL ANY)
endforeach()
