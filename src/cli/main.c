/*
 * main - reads the environment, runs the command, says what failed. The only exit.
 */
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/resource.h>

#include "base/signals.h"
#include "cli/cli.h"
#include "git/libgit2.h"
#include "policy/pattern.h"

extern char **environ;

static const char *variable(const char *name)
{
	const char *value = getenv(name);

	return value && *value ? value : NULL;
}

/* Lines much longer than 80 are hard to read, and a window of a few columns is a mistake. */
static size_t text_width(const char *columns)
{
	enum { LEAST = 40, USUAL = 80, MOST = 100 };
	long width = columns ? strtol(columns, NULL, 10) : 0;
	struct winsize window;

	if (width <= 0 && ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) == 0)
		width = window.ws_col;
	if (width <= 0)
		return USUAL;
	return width < LEAST ? LEAST : width > MOST ? MOST : (size_t)width;
}

static void read_environment(struct environment *env, const char *program)
{
	const char *term = variable("TERM"), *force = variable("CLICOLOR_FORCE");

	*env = (struct environment){
		.program = program,
		.path = variable("PATH"),
		.variables = environ,
		.git_dir = variable("GIT_DIR"),
		.git_common_dir = variable("GIT_COMMON_DIR"),
		.git_work_tree = variable("GIT_WORK_TREE"),
		.git_index_file = variable("GIT_INDEX_FILE"),
		.git_object_dir = variable("GIT_OBJECT_DIRECTORY"),
		.git_alternates = variable("GIT_ALTERNATE_OBJECT_DIRECTORIES"),
		.git_refs = variable("GIT_REFERENCE_BACKEND"),
		.git_namespace = variable("GIT_NAMESPACE"),
		.git_ceilings = variable("GIT_CEILING_DIRECTORIES"),
		.git_across_filesystems = variable("GIT_DISCOVERY_ACROSS_FILESYSTEM") != NULL,
		.git_prefix = variable("GIT_PREFIX"),
		.no_color = variable("NO_COLOR") != NULL,
		.force_color = force && strcmp(force, "0") != 0,
		.dumb_terminal = !term || strcmp(term, "dumb") == 0,
		.width = text_width(variable("COLUMNS")),
	};
}

/* The versions of the libraries are those that are loaded, not those of the build. */
static int run(const struct invocation *in, const struct environment *env)
{
	struct buf about = BUF_INIT;
	char pcre2[64];
	int major, minor, patch, status = 0;

	if (in->help) {
		cli_help(&about, in->command, env->width);
	} else if (!in->version) {
		return job_run(in->command, in, env);
	} else if ((status = libgit2_load()) == 0) {
		git_libgit2_version(&major, &minor, &patch);
		pattern_library_version(pcre2);
		buf_addf(&about, "pycguard %s (libgit2 %d.%d.%d, PCRE2 %.*s)\n", PYCGUARD_VERSION,
			major, minor, patch, (int)strcspn(pcre2, " "), pcre2);
	}
	if (status == 0)
		status = report_write(&about);
	buf_free(&about);
	return status < 0 ? STATUS_FAILED : STATUS_CLEAN;
}

/* One that we were started without must not become a file of ours, which would then take the
 * report: what stands in for it fails as a closed one does. */
static int hold_standard_descriptors(void)
{
	static const int useless[] = {O_WRONLY, O_RDONLY, O_RDONLY};
	int fd;

	for (fd = 0; fd < 3; fd++)
		if (fcntl(fd, F_GETFD) < 0 && errno == EBADF &&
			open("/dev/null", useless[fd]) != fd)
			return error_os(errno, "cannot open '/dev/null'");
	return 0;
}

/* For what cannot be passed on as a failure. It may be called by a signal handler. */
static void end(const char *reason)
{
	const char *const parts[] = {"pycguard: ", reason, "\n"};
	size_t i;

	for (i = 0; i < sizeof parts / sizeof *parts; i++)
		if (write(STDERR_FILENO, parts[i], strlen(parts[i])) < 0)
			break;
	_exit(STATUS_FAILED);
}

int main(int argc, char **argv)
{
	enum { STACK_LEAST = 256 * 1024 };
	struct invocation in = {0};
	struct environment env;
	struct rlimit stack;
	int status = STATUS_FAILED;

	/* Some parents ignore it. A reader that has gone ends this as it ends others: without a
	 * word. */
	signal(SIGPIPE, SIG_DFL);
	/* A limit ends no process by a signal: a write beyond that of files fails, and a stack that
	 * may be too small, be it for a message, is refused. */
	signal(SIGXFSZ, SIG_IGN);
	if (getrlimit(RLIMIT_STACK, &stack) == 0 && stack.rlim_cur < STACK_LEAST)
		end("cannot run in so small a stack (ulimit -s): 256 kB are needed");
	fatal_by(end);
	deadline_watch();
	git_guard();
	if (hold_standard_descriptors() == 0 && cli_parse(&in, argc, argv) == 0) {
		read_environment(&env, argc > 0 ? argv[0] : "pycguard");
		status = run(&in, &env);
	}
	if (status == STATUS_FAILED)
		fprintf(stderr, "pycguard: %s\n", error_message());
	return status;
}
