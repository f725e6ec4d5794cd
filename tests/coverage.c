/*
 * Linked into what PYCGUARD_COVERAGE builds, for the counts of tests/coverage.py: gcov writes them
 * when a process returns from main. One that ends by _exit writes its counts too; and what gcov
 * complains of, of files that the tests' other user may not write to, or of a disk that a test has
 * full, is not for the standard error that a test looks at. GCOV_ERROR_FILE does not reach all of
 * that.
 */
#include <fcntl.h>
#include <gcov.h>
#include <unistd.h>

_Noreturn void __real__exit(int status);
_Noreturn void __wrap__exit(int status);

/* gcov's own destructor has a priority, and so comes after. */
__attribute__((destructor)) static void hush(void)
{
	int fd = open("/dev/null", O_WRONLY | O_CLOEXEC);

	if (fd >= 0)
		dup2(fd, STDERR_FILENO);
}

/* By --wrap=_exit of the linker. */
void __wrap__exit(int status)
{
	hush();
	__gcov_dump();
	__real__exit(status);
}
