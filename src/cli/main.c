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
	return width <= 0 ? USUAL : width < LEAST ? LEAST : width > MOST ? MOST : (size_t)width;
}

static struct environment read_environment(const char *program)
{
	const char *term = variable("TERM"), *force = variable("CLICOLOR_FORCE");

	return (struct environment){
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
static int say_version(void)
{
	struct buf about = BUF_INIT;
	char pcre2[64];
	int major, minor, patch, status;

	if (libgit2_load() < 0)
		return -1;
	git_libgit2_version(&major, &minor, &patch);
	pattern_library_version(pcre2);
	buf_addf(&about, "pycguard %s (libgit2 %d.%d.%d, PCRE2 %.*s)\n", PYCGUARD_VERSION, major,
		minor, patch, (int)strcspn(pcre2, " "), pcre2);
	status = report_write(&about);
	buf_free(&about);
	return status;
}

/* One that we were started without must not become a file of ours, which would then take the
 * report: what stands in for it fails as a closed one does. */
static int hold_standard_descriptors(void)
{
	static const int useless[] = {O_WRONLY, O_RDONLY, O_RDONLY};

	for (int fd = 0; fd < 3; fd++)
		if (fcntl(fd, F_GETFD) < 0 && errno == EBADF &&
			open("/dev/null", useless[fd]) != fd)
			return error_os(errno, "cannot open '/dev/null'");
	return 0;
}

/* For what cannot be passed on as a failure. It may be called by a signal handler. */
static void end(const char *reason)
{
	const char *const parts[] = {"pycguard: ", reason, "\n"};

	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		if (write(STDERR_FILENO, parts[i], strlen(parts[i])) < 0)
			break;
	_exit(STATUS_FAILED);
}

int main(int argc, char **argv)
{
	enum { STACK_LEAST = 256 * 1024 };
	struct invocation in = {0};
	struct rlimit stack;
	int status = -1;

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
		const struct environment env = read_environment(argc > 0 ? argv[0] : "pycguard");

		status = in.help    ? cli_help(in.command, env.width) :
			 in.version ? say_version() :
				      job_run(in.command, &in, &env);
	}
	if (status < 0)
		fprintf(stderr, "pycguard: %s\n", error_message());
	return status < 0 ? STATUS_FAILED : status;
}
