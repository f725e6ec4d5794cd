#define _GNU_SOURCE /* memfd_create, where there is one */
#include "git/exec/exec.h"

#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>

#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0 /* there a socket has an option for it */
#endif

/* Of what git complains of, so much is kept. */
enum { WORDS_MAX = 1 << 16 };

/* What git is told whatever the repository, and what it must not hear from our environment. */
static const char *const promises[] = {"LC_ALL=C", "GIT_NO_LAZY_FETCH=1", "GIT_ALLOW_PROTOCOL=none",
	"GIT_OPTIONAL_LOCKS=0", "GIT_NO_REPLACE_OBJECTS=1", "GIT_GRAFT_FILE=/dev/null/none",
	"GIT_TERMINAL_PROMPT=0", "GIT_PREFIX", "GIT_LITERAL_PATHSPECS", "GIT_GLOB_PATHSPECS",
	"GIT_NOGLOB_PATHSPECS", "GIT_ICASE_PATHSPECS", "GIT_EXTERNAL_DIFF", "GIT_DIFF_OPTS", NULL};

/* --- starting --------------------------------------------------------------------------------- */

static bool is_set_by(const char *variable, const char **changes)
{
	size_t n = strcspn(variable, "=");

	for (; *changes; changes++)
		if (strncmp(variable, *changes, n) == 0 &&
			((*changes)[n] == '=' || (*changes)[n] == '\0'))
			return true;
	return false;
}

/* Finds git in the absolute directories of PATH, and makes a PATH of no others. Yours, for free();
 * NULL recorded. */
static char *find_git(struct buf *path, char *const *variables)
{
	const char *search = "PATH=/usr/local/bin:/usr/bin:/bin";
	char *git;
	size_t len;

	for (; *variables; variables++)
		if (strncmp(*variables, "PATH=", 5) == 0)
			search = *variables;
	buf_adds(path, "PATH=");
	for (search += 5; *search; search += len + (search[len] == ':')) {
		len = strcspn(search, ":");
		if (*search == '/')
			buf_addf(path, "%s%.*s", path->len > 5 ? ":" : "", (int)len, search);
	}
	git = io_find_program("git", path->ptr + 5);
	if (!git)
		error_of(ERROR_NO_GIT, "cannot run 'git': no absolute directory of PATH has it");
	return git;
}

/* Looks for git and runs it. Of what is said of a variable, the first counts. */
static int launch(struct exec *e, int in, int out)
{
	static const char *const words[] = {"git", "--no-pager", "-c", "core.fsmonitor=false"};
	enum {
		WORDS = sizeof words / sizeof *words,
		PROMISES = sizeof promises / sizeof *promises
	};
	const char *const *lists[] = {promises, e->changes, (const char *const *)e->variables};
	const int from[] = {in, out, e->complaint};
	size_t args = 0, variables = 0, i;
	struct buf path = BUF_INIT;
	char *git = find_git(&path, e->variables);
	const char **argv, **environment, **to, *const *at;
	posix_spawn_file_actions_t actions;
	int errnum, fd, status = -1;

	while (e->args[args])
		args++;
	while (e->variables[variables])
		variables++;
	argv = memory_new(WORDS + 2 + args + 1, sizeof *argv);
	memcpy(argv, words, sizeof words);
	to = argv + WORDS;
	if (e->dir) {
		*to++ = "-C";
		*to++ = e->dir;
	}
	memcpy(to, e->args, args * sizeof *to);
	environment = memory_new(1 + PROMISES + EXEC_CHANGES_MAX + variables, sizeof *environment);
	environment[0] = path.ptr;
	to = environment + 1;
	for (i = 0; i < sizeof lists / sizeof *lists; i++)
		for (at = lists[i]; *at; at++)
			if (!is_set_by(*at, environment) && strncmp(*at, "GIT_TRACE", 9) != 0)
				*to++ = *at;
	for (at = to = environment; *at; at++)
		if (strchr(*at, '='))
			*to++ = *at;
	*to = NULL;
	if (git) {
		errnum = posix_spawn_file_actions_init(&actions);
		for (fd = 0; errnum == 0 && fd < 3; fd++)
			errnum = posix_spawn_file_actions_adddup2(&actions, from[fd], fd);
		if (errnum == 0)
			errnum = posix_spawn(
				&e->pid, git, &actions, NULL, (char **)argv, (char **)environment);
		if (fd > 0)
			posix_spawn_file_actions_destroy(&actions);
		status = errnum ? error_os(errnum, "cannot run '%s'", git) : 0;
	}
	free(argv);
	free(environment);
	free(git);
	buf_free(&path);
	return status;
}

static void close_end(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

int exec_file(const struct buf *text)
{
#ifdef MFD_ALLOW_SEALING
	int fd = memfd_create("pycguard", 0);
#else
	char name[] = "/tmp/pycguard-XXXXXX";
	int fd = mkstemp(name);

	unlink(name);
#endif
	if (fd >= 0 && io_write_all(fd, text->ptr, text->len) == 0 && lseek(fd, 0, SEEK_SET) == 0)
		return fd;
	error_os(errno, "cannot make a file for git");
	close_end(&fd);
	return -1;
}

int exec_start(struct exec *e, const struct buf *input)
{
	int ends[2] = {-1, -1}, status = -1;

	e->output = e->words = (struct buf)BUF_INIT;
	e->taken = 0;
	e->running = true;
	e->complaint = exec_file(&e->words);
	e->input = input ? exec_file(input) : -1;
	if (e->complaint >= 0 && (!input || e->input >= 0)) {
		if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) < 0 ||
#ifdef SO_NOSIGPIPE
			setsockopt(ends[0], SOL_SOCKET, SO_NOSIGPIPE, &(int){1}, sizeof(int)) < 0 ||
#endif
			fcntl(ends[0], F_SETFD, FD_CLOEXEC) < 0)
			error_os(errno, "cannot make a socket");
		else
			status = launch(e, input ? e->input : ends[1], ends[1]);
	}
	close_end(&ends[1]);
	e->fd = ends[0];
	if (status < 0)
		exec_stop(e);
	return status;
}

/* --- talking ---------------------------------------------------------------------------------- */

void exec_write(struct exec *e, const char *bytes, size_t len)
{
	ssize_t n;

	for (; len > 0; bytes += n, len -= (size_t)n) {
		n = send(e->fd, bytes, len, MSG_NOSIGNAL);
		if (n < 0 && errno != EINTR)
			return;
		n = n < 0 ? 0 : n;
	}
}

/* Waits for more output. A signal only interrupts that. 1; 0 when git has said all; -1 recorded. */
static int pump(struct exec *e)
{
	int patience = e->patience ? e->patience : EXEC_SILENCE, ready;
	int64_t left, end = io_clock() + patience * INT64_C(1000000000);
	struct pollfd fd = {.fd = e->fd, .events = POLLIN};
	char piece[16384];
	ssize_t n;

	if (e->fd < 0)
		return 0;
	if (e->taken) {
		memmove(e->output.ptr, e->output.ptr + e->taken, e->output.len - e->taken);
		buf_cut(&e->output, e->output.len - e->taken);
		e->taken = 0;
	}
	do {
		left = end - io_clock();
		ready = left > 0 ? poll(&fd, 1, (int)(left / 1000000) + 1) : 0;
	} while (ready < 0 && errno == EINTR);
	if (ready == 0) {
		kill(e->pid, SIGTERM); /* it removes its locks then */
		return error_set("git was ended, because it said nothing for %d seconds: does it "
				 "wait for a pipe, where a file should be?",
			patience);
	}
	n = ready < 0 ? -1 : recv(e->fd, piece, sizeof piece, 0);
	if (n < 0 && errno == EINTR)
		return 1;
	if (n < 0 && errno != ECONNRESET)
		return error_os(errno, "cannot read what git says");
	if (n <= 0)
		close_end(&e->fd);
	else
		buf_add(&e->output, piece, (size_t)n);
	return 1;
}

/* --- ending ----------------------------------------------------------------------------------- */

/* Records why git failed: the line of its complaints that says so. */
static int failed(const struct exec *e, int status)
{
	const char *line = strstr(e->words.ptr, "fatal: ");
	const char *first =
		strncmp(e->words.ptr, "error: ", 7) == 0 && line ? e->words.ptr + 7 : "";

	line = line ? line + 7 : e->words.ptr;
	if (!*line)
		return error_set("git %s ended with status %d", e->args[0], status);
	return error_set("%.*s%s%.*s", (int)strcspn(line, "\n"), line, *first ? ": " : "",
		(int)strcspn(first, "\n"), first);
}

/* Its exit status, when it has said all; recorded unless it is 0. -1 recorded. */
static int end_of(struct exec *e)
{
	int status;

	while (waitpid(e->pid, &status, 0) < 0)
		if (errno != EINTR)
			return error_os(errno, "cannot wait for git");
	e->pid = 0;
	if (WIFSIGNALED(status))
		return error_set("git was ended by signal %d", WTERMSIG(status));
	lseek(e->complaint, 0, SEEK_SET);
	io_read_all(&e->words, e->complaint, WORDS_MAX);
	status = WEXITSTATUS(status);
	if (status)
		failed(e, status);
	else if (lseek(e->input, 0, SEEK_CUR) != lseek(e->input, 0, SEEK_END))
		return error_set("git %s did not read what it was to read", e->args[0]);
	return status;
}

/* What was to be read is not there. */
static int ended_early(struct exec *e)
{
	return end_of(e) == 0 ? failed(e, 0) : -1;
}

int exec_line(struct exec *e, char end, char **record, bool must)
{
	size_t seen = 0, have;
	int status = 1;
	char *at;

	for (;; seen = have) {
		have = e->output.len - e->taken;
		at = memchr(e->output.ptr + e->taken + seen, end, have - seen);
		if (at || status <= 0)
			break;
		status = pump(e);
	}
	if (!at)
		return status == 0 && (have || must) ? ended_early(e) : status;
	*at = '\0';
	*record = e->output.ptr + e->taken;
	e->taken = (size_t)(at - e->output.ptr) + 1;
	return 1;
}

int exec_read(struct exec *e, void *bytes, size_t len)
{
	int status = 1;

	while (status > 0 && e->output.len - e->taken < len)
		status = pump(e);
	if (status <= 0)
		return status < 0 ? -1 : ended_early(e);
	memcpy(bytes, e->output.ptr + e->taken, len);
	e->taken += len;
	return 0;
}

int exec_end(struct exec *e, int status)
{
	status = status == 0 ? end_of(e) : -1;
	exec_stop(e);
	return status == 0 ? 0 : -1;
}

void exec_stop(struct exec *e)
{
	if (!e->running)
		return;
	close_end(&e->fd);
	close_end(&e->input);
	close_end(&e->complaint);
	if (e->pid)
		kill(e->pid, SIGTERM);
	while (e->pid && waitpid(e->pid, NULL, 0) < 0 && errno == EINTR)
		;
	e->pid = 0;
	buf_free(&e->output);
	buf_free(&e->words);
	e->running = false;
}

int exec_run(struct buf *out, struct buf *err, struct exec *e, const struct buf *input)
{
	int status;

	if (exec_start(e, input) < 0)
		return -1;
	shutdown(e->fd, SHUT_WR);
	while ((status = pump(e)) > 0)
		;
	if (status == 0)
		status = end_of(e);
	if (out)
		buf_add(out, e->output.ptr, e->output.len);
	if (err)
		buf_add(err, e->words.ptr, e->words.len);
	exec_stop(e);
	return status;
}
