/*
 * exec: what is run, how it is talked to, and how it ends.
 */
#include <limits.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "git/exec/exec.h"

static char dir[] = "/tmp/test_exec.XXXXXX", path[PATH_MAX + 64];
static char *variables[] = {path, (char *)"GIT_EXTERNAL_DIFF=x", (char *)"SEEN=1", NULL};
static const char *const none[] = {"x", NULL};

/* A program that stands in for git. */
static void write_git(const char *where, const char *script)
{
	char name[PATH_MAX];
	FILE *file;

	snprintf(name, sizeof name, "%s/%s", dir, where);
	mkdir(name, 0777);
	snprintf(name, sizeof name, "%s/%s/git", dir, where);
	file = fopen(name, "w");
	assert_non_null(file);
	fprintf(file, "#!/bin/sh\n%s\n", script);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(name, 0700), 0);
	snprintf(path, sizeof path, "PATH=:.:here:%s/none:%s/bin:/usr/bin:/bin", dir, dir);
}

static int set_up(void **state)
{
	(void)state;
	return mkdtemp(dir) && chdir(dir) == 0 ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	return unlink("bin/git") | unlink("here/git") | unlink("git") | rmdir("bin") |
	       rmdir("here") | chdir("/") | rmdir(dir);
}

static int ask(struct buf *out, struct exec *e)
{
	buf_clear(out);
	return exec_run(out, NULL, e, NULL);
}

static void finds_git_in_absolute_directories_only(void **state)
{
	struct exec e = {.args = none, .variables = variables};
	struct buf out = BUF_INIT;

	(void)state;
	write_git(".", "echo wrong");
	write_git("here", "echo wrong");
	write_git("bin", "echo right $PATH");
	assert_int_equal(ask(&out, &e), 0);
	assert_memory_equal(out.ptr, "right /", 7);
	assert_null(strstr(out.ptr, "here"));
	snprintf(path, sizeof path, "PATH=:.:here");
	assert_int_equal(ask(&out, &e), -1);
	assert_int_equal(error_code(), ERROR_NO_GIT);
	buf_free(&out);
}

static void makes_its_promises(void **state)
{
	struct exec e = {.args = none, .variables = variables, .changes = {"SEEN", "NEW=2"}};
	struct buf out = BUF_INIT;

	(void)state;
	write_git("bin", "echo \"$GIT_NO_LAZY_FETCH $GIT_OPTIONAL_LOCKS $GIT_TERMINAL_PROMPT"
			 " $GIT_NO_REPLACE_OBJECTS ${GIT_EXTERNAL_DIFF-}${SEEN-} $NEW $*\"");
	assert_int_equal(ask(&out, &e), 0);
	assert_string_equal(out.ptr, "1 0 0 1  2 --no-pager -c core.fsmonitor=false x\n");
	buf_free(&out);
}

static void tells_how_it_ended(void **state)
{
	struct exec e = {.args = none, .variables = variables};
	struct buf out = BUF_INIT, err = BUF_INIT;

	(void)state;
	write_git("bin", "exit 1");
	assert_int_equal(ask(&out, &e), 1);
	assert_string_equal(error_message(), "git x ended with status 1");
	write_git("bin", "echo 'hint: a'; echo 'warning: b' >&2; echo 'fatal: c' >&2; exit 128");
	assert_int_equal(ask(&out, &e), 128);
	assert_string_equal(error_message(), "c");
	assert_int_equal(exec_run(NULL, &err, &e, NULL), 128);
	assert_string_equal(err.ptr, "warning: b\nfatal: c\n");
	write_git("bin", "kill -9 $$");
	assert_int_equal(ask(&out, &e), -1);
	assert_string_equal(error_message(), "git was ended by signal 9");
	buf_free(&out);
	buf_free(&err);
}

/* Both ways at once, more than any pipe takes; and it may stop reading. */
static void moves_much_both_ways(void **state)
{
	struct exec e = {.args = none, .variables = variables};
	struct buf in = BUF_INIT, out = BUF_INIT;
	int i;

	(void)state;
	for (i = 0; i < 200000; i++)
		buf_addf(&in, "line %d\n", i);
	write_git("bin", "cat; cat /dev/zero | head -c 300000 >&2");
	assert_int_equal(exec_run(&out, NULL, &e, &in), 0);
	assert_int_equal(out.len, in.len);
	assert_memory_equal(out.ptr, in.ptr, in.len);
	write_git("bin", "head -n 1");
	buf_clear(&out);
	assert_int_equal(exec_run(&out, NULL, &e, &in), -1);
	assert_string_equal(error_message(), "git x did not read what it was to read");
	buf_free(&in);
	buf_free(&out);
}

static void reads_records_and_bytes(void **state)
{
	struct exec e = {.args = none, .variables = variables};
	char *record, bytes[4];

	(void)state;
	write_git("bin", "while read n x; do printf '%s\\n%s\\0' $n $x; done; printf 'cut'");
	assert_int_equal(exec_start(&e, NULL), 0);
	exec_write(&e, "4 abcd\n", 7);
	assert_int_equal(exec_line(&e, '\n', &record, false), 1);
	assert_string_equal(record, "4");
	assert_int_equal(exec_read(&e, bytes, 4), 0);
	assert_memory_equal(bytes, "abcd", 4);
	assert_int_equal(exec_line(&e, '\0', &record, false), 1);
	assert_string_equal(record, "");
	exec_write(&e, "x y\n", 4);
	assert_int_equal(exec_line(&e, '\0', &record, false), 1);
	assert_string_equal(record, "x\ny");
	shutdown(e.fd, SHUT_WR);
	assert_int_equal(exec_line(&e, '\n', &record, false), -1);
	exec_stop(&e);

	write_git("bin", "echo a; echo b");
	assert_int_equal(exec_start(&e, NULL), 0);
	assert_int_equal(exec_line(&e, '\n', &record, false), 1);
	assert_int_equal(exec_line(&e, '\n', &record, false), 1);
	assert_string_equal(record, "b");
	assert_int_equal(exec_line(&e, '\n', &record, false), 0);
	assert_int_equal(exec_end(&e, 0), 0);
	exec_stop(&e);
}

static void ignore(int number)
{
	(void)number;
}

/* A hundred signals in a second are no silence; a second of it is, when it is all that is given. */
static void tells_silence_from_signals(void **state)
{
	const struct itimerval often = {{0, 10000}, {0, 10000}}, never = {{0, 0}, {0, 0}};
	struct sigaction action = {.sa_handler = ignore};
	struct exec e = {.args = none, .variables = variables, .patience = 5};
	struct buf out = BUF_INIT;
	time_t begin = time(NULL);

	(void)state;
	assert_int_equal(sigaction(SIGALRM, &action, NULL), 0);
	assert_int_equal(setitimer(ITIMER_REAL, &often, NULL), 0);
	write_git("bin", "sleep 1; echo done");
	assert_int_equal(ask(&out, &e), 0);
	assert_string_equal(out.ptr, "done\n");
	write_git("bin", "exec sleep 60");
	e.patience = 1;
	assert_int_equal(ask(&out, &e), -1);
	assert_non_null(strstr(error_message(), "said nothing for 1 seconds"));
	assert_true(time(NULL) - begin < 30);
	assert_int_equal(setitimer(ITIMER_REAL, &never, NULL), 0);
	buf_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_git_in_absolute_directories_only),
		cmocka_unit_test(makes_its_promises),
		cmocka_unit_test(tells_how_it_ended),
		cmocka_unit_test(moves_much_both_ways),
		cmocka_unit_test(reads_records_and_bytes),
		cmocka_unit_test(tells_silence_from_signals),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
