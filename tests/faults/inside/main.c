/* The main of src, to be called as any function is. */
int run_pycguard(int argc, char **argv);

#define main run_pycguard
#include "../../../src/cli/main.c"
