/*
 * inside WORLDS: every verb, in this process, with one call failing at a time (failing.h), each
 * that is reached in a new way. What comes of it is the same as ever, or exit status 2 with a line
 * that says why; nothing that was allocated or opened is left.
 *
 * WORLDS is worlds.sh. With -v each run is printed; with a NUMBER only that case is run.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "failing.h"

int run_pycguard(int argc, char **argv); /* main, of src/main.c */

enum { ARGUMENTS_MAX = 8, FRESH_MAX = 4096, DESCRIPTORS_MAX = 64, TEXT_MAX = 1 << 18 };

struct a_case {
	const char *world, *arguments; /* between blanks */
	enum {
		CHECKS = 0,
		CHANGES = 1, /* it changes the world, which is made again for each run */
		TELLS = 2,   /* what was done before a failure is printed */
	} kind;
	const char *input; /* a file of worlds.sh; NULL: none */
};

static const struct a_case cases[] = {
	{"dirty", "--version", CHECKS, NULL},
	{"dirty", "--help", CHECKS, NULL},
	{"dirty", "-h", CHECKS, NULL},
	{"dirty", "", CHECKS, NULL},
	{"dirty", "--check-staged -v --strict pkg/migrations/0001_a.py vendor/kept.pyc", CHECKS,
		NULL},
	{"dirty", "--check-staged --format=json", CHECKS, NULL},
	{"dirty", "--format=sarif", CHECKS, NULL},
	{"dirty", "--format=github", CHECKS, NULL},
	{"dirty", "--format=gitlab", CHECKS, NULL},
	{"dirty", "-z", CHECKS, NULL},
	{"linked", "", CHECKS, NULL},
	{"merge", "", CHECKS, NULL},
	{"dirty", "--check-tracked", CHECKS, NULL},
	{"dirty", "--check-tracked --format=json", CHECKS, NULL},
	{"dirty", "--check-range HEAD~2..HEAD", CHECKS, NULL},
	{"dirty", "--check-range ^main~2 main v1 --format=json -- docs/1.txt pkg/sub1/m.py", CHECKS,
		NULL},
	{"dirty", "--check-history", CHECKS, NULL},
	{"dirty", "--check-history loose --format=json", CHECKS, NULL},
	{"dirty", "--check-worktree", TELLS, NULL},
	{"dirty", "--check-worktree pkg new --format=json --policy .pycguard", TELLS, NULL},
	{"dirty", "--explain pkg/migrations/0002_b.pyc", CHECKS, NULL},
	{"dirty", "--explain vendor/kept.pyc --format=json", CHECKS, NULL},
	{"dirty", "--explain v1:pkg/__pycache__/n.cpython-311.pyc", CHECKS, NULL},
	{"dirty", "--explain ghost-module", CHECKS, NULL},
	{"dirty", "--check-ignores -v", CHECKS, NULL},
	{"dirty", "--check-ignores -z", CHECKS, NULL},
	{"small", "--add-ignores", CHANGES | TELLS, NULL},
	{"small", "--allow pkg/gone.pyc", CHANGES | TELLS, NULL},
	{"small", "--untrack -n", TELLS, NULL},
	{"small", "--untrack", CHANGES | TELLS, NULL},
	{"small", "--clean -n --all", TELLS, NULL},
	{"small", "--clean", CHANGES | TELLS, NULL},
	{"small", "--clean --all pkg disk", CHANGES | TELLS, NULL},
	{"hooks", "--install --hook pre-push", CHANGES | TELLS, NULL},
	{"small", "--install", CHANGES | TELLS, NULL},
	{"hooks", "--uninstall", CHANGES | TELLS, NULL},
	{"hooks", "--status", CHECKS, NULL},
	{"dirty", "--pre-push origin ../bare.git", CHECKS, "push"},
	{"bare.git", "--pre-receive", CHECKS, "receive"},
	{"sha256", "--check-staged", CHECKS, NULL},
	{"sha256", "--check-tracked --format=json", CHECKS, NULL},
	{"sha256", "--check-range HEAD~2..HEAD", CHECKS, NULL},
	{"sha256", "--check-history", CHECKS, NULL},
	{"sha256", "--explain v1:pkg/migrations/0002_b.pyc", CHECKS, NULL},
	{"sha256", "--check-ignores", CHECKS, NULL},
	{"small256", "--untrack", CHANGES | TELLS, NULL},
	{"split", "", CHECKS, NULL},
	{"split", "--check-tracked", CHECKS, NULL},
};

enum { CASES = sizeof cases / sizeof *cases };

/* What a run gave. */
struct outcome {
	int status;
	char out[TEXT_MAX], err[TEXT_MAX];
	long blocks;     /* that were not freed */
	int descriptors; /* that were not closed */
};

static const char *worlds;
static int captured[2]; /* what stands in for standard output and standard error */
static bool verbose;

static void die(const char *what)
{
	fprintf(stderr, "%s: %s\n", what, strerror(errno));
	exit(99);
}

static void shell(const char *format, const char *argument)
{
	char command[4096];

	snprintf(command, sizeof command, format, argument);
	if (system(command) != 0)
		die(command);
}

static int count_descriptors(void)
{
	int fd, count = 0;

	for (fd = 0; fd < DESCRIPTORS_MAX; fd++)
		count += fcntl(fd, F_GETFD) >= 0;
	return count;
}

static void take(char out[TEXT_MAX], int fd)
{
	ssize_t n = pread(fd, out, TEXT_MAX - 1, 0);

	if (n < 0 || n == TEXT_MAX - 1 || ftruncate(fd, 0) < 0 || lseek(fd, 0, SEEK_SET) < 0)
		die("what was captured");
	out[n] = '\0';
}

static int call_main(const struct a_case *c)
{
	/* Not the name of one that may be on PATH. */
	static char name[] = "pycguard-inside";
	char text[256], *argv[ARGUMENTS_MAX + 2] = {name}, *word;
	int argc = 1;

	snprintf(text, sizeof text, "%s", c->arguments);
	for (word = strtok(text, " "); word; word = strtok(NULL, " "))
		argv[argc++] = word;
	optind = 0; /* GNU: getopt starts again */
	return run_pycguard(argc, argv);
}

static void go_to(const struct a_case *c)
{
	if (chdir(worlds) < 0)
		die(worlds);
	if (c->kind & CHANGES)
		shell("rm -rf copy && cp -a %s copy", c->world);
	if (chdir(c->kind & CHANGES ? "copy" : c->world) < 0)
		die(c->world);
}

static int wait_for(pid_t child)
{
	int status;

	if (waitpid(child, &status, 0) < 0)
		die("waitpid");
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* A child that it did not wait for ends with its connection. To be without memory ends the process,
 * so that is done in one of its own, whose children come to this one. */
static size_t run(
	struct outcome *o, const struct a_case *c, enum failing how, size_t nth, size_t *fresh)
{
	int kept[3], i, input;
	pid_t child;
	long blocks = failing_live();
	int open_before = count_descriptors();
	size_t count;

	if (c->input && chdir(worlds) < 0)
		die(worlds);
	input = open(c->input ? c->input : "/dev/null", O_RDONLY);
	go_to(c);
	for (i = 0; i < 3; i++) {
		kept[i] = fcntl(i, F_DUPFD_CLOEXEC, 0);
		dup2(i ? captured[i - 1] : input, i);
	}
	failing_start(how, nth, fresh, FRESH_MAX);
	child = how == FAILING_MEMORY && nth ? fork() : -1;
	if (child)
		o->status = child > 0 ? wait_for(child) : call_main(c);
	else
		_exit(call_main(c));
	count = failing_stop();
	for (i = 0; i < 3; i++) {
		dup2(kept[i], i);
		close(kept[i]);
	}
	close(input);
	while (waitpid(-1, NULL, child > 0 ? 0 : WNOHANG) > 0)
		;
	take(o->out, captured[0]);
	take(o->err, captured[1]);
	o->blocks = failing_live() - blocks;
	o->descriptors = count_descriptors() - open_before;
	return count;
}

/* Why `got` will not do, where it was `clean` without a failure; NULL: it will. */
static const char *judge(
	const struct a_case *c, const struct outcome *clean, const struct outcome *got)
{
	if (got->blocks != clean->blocks)
		return "not all was freed";
	if (got->descriptors != clean->descriptors)
		return "not all was closed";
	if (got->status == clean->status && strcmp(got->out, clean->out) == 0)
		return NULL;
	if (got->status != 2)
		return "the result is another";
	if (!strstr(got->err, "pycguard: "))
		return "no line that says why";
	if (*got->out && !(c->kind & TELLS) &&
		(!failing_hit() || strcmp(failing_hit(), "write") != 0))
		return "a part of the output";
	return NULL;
}

/* Whether it failed. */
static int try(const struct a_case *c, const struct outcome *clean, enum failing how, size_t nth)
{
	static struct outcome got;
	const char *problem;

	run(&got, c, how, nth, NULL);
	if (how == FAILING_MEMORY) {
		got.blocks = clean->blocks;
		got.descriptors = clean->descriptors;
	}
	problem = failing_hit() || how == FAILING_MEMORY ? judge(c, clean, &got) : NULL;
	if (problem || verbose)
		printf("%s '%s' in %s, %s %d of %zu, status %d: %s\n", problem ? "FAILED" : "ok",
			c->arguments, c->world, failing_hit() ? failing_hit() : "missed", how, nth,
			got.status, got.err);
	if (problem) {
		printf("    %s\n", problem);
		failing_show();
	}
	return problem != NULL;
}

/* How many of its calls were had to fail, and how many of these failed. */
static void do_case(const struct a_case *c, size_t *tried, size_t *failed)
{
	static struct outcome clean;
	static size_t fresh[FRESH_MAX];
	enum failing how;
	size_t i, count;

	for (how = FAILING_CALL; how <= FAILING_MEMORY; how++) {
		count = run(&clean, c, how, 0, fresh);
		if (clean.status > 1)
			printf("'%s' in %s: %s\n", c->arguments, c->world, clean.err);
		*failed += clean.status > 1;
		*tried += count;
		for (i = 0; i < count; i++)
			*failed += (size_t)try(c, &clean, how, fresh[i]);
	}
}

static void make_worlds(const char *script)
{
	static char directory[] = "/tmp/pycguard-inside.XXXXXX";
	char command[4096], home[sizeof directory + 8];

	worlds = mkdtemp(directory);
	if (!worlds)
		die(directory);
	snprintf(command, sizeof command, "'%s' %%s", script);
	shell(command, worlds);
	snprintf(home, sizeof home, "%s/home", worlds);
	setenv("HOME", home, 1);
	setenv("GIT_CONFIG_NOSYSTEM", "1", 1);
	setenv("LC_ALL", "C", 1);
	setenv("TERM", "dumb", 1);
	unsetenv("XDG_CONFIG_HOME");
}

static int unnamed_file(void)
{
	FILE *file = tmpfile();
	int fd = file ? fcntl(fileno(file), F_DUPFD_CLOEXEC, DESCRIPTORS_MAX) : -1;

	if (fd < 0)
		die("tmpfile");
	fclose(file);
	return fd;
}

int main(int argc, char **argv)
{
	size_t tried = 0, failed = 0;
	int i, only = -1;

	for (i = 2; i < argc; i++)
		if (strcmp(argv[i], "-v") == 0)
			verbose = true;
		else
			only = atoi(argv[i]);
	make_worlds(argv[1]);
	captured[0] = unnamed_file();
	captured[1] = unnamed_file();
	failing_prepare();
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (i = 0; i < CASES; i++)
		if (only < 0 || i == only)
			do_case(&cases[i], &tried, &failed);
	printf("%zu calls failed, %zu of them as they should not\n", tried, failed);
	if (chdir("/") == 0)
		shell("rm -rf %s", worlds);
	return failed > 0;
}
