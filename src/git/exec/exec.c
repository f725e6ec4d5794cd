#include "git/exec/exec.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0 /* there a socket has an option for it */
#endif

/* Of what git complains of, so much is kept. */
enum { WORDS_MAX = 1 << 16, ARGUMENTS_MAX = 32 };

/* What git is told whatever the repository, and what it must not hear from our environment. */
static const char *const promises[] = {"LC_ALL=C", "GIT_NO_LAZY_FETCH=1", "GIT_ALLOW_PROTOCOL=none",
	"GIT_OPTIONAL_LOCKS=0", "GIT_NO_REPLACE_OBJECTS=1", "GIT_GRAFT_FILE=/dev/null/none",
	"GIT_TERMINAL_PROMPT=0", "GIT_PREFIX", "GIT_LITERAL_PATHSPECS", "GIT_GLOB_PATHSPECS",
	"GIT_NOGLOB_PATHSPECS", "GIT_ICASE_PATHSPECS", "GIT_EXTERNAL_DIFF", "GIT_DIFF_OPTS", NULL};

/* Held where a descriptor exists that a child of another thread must not get: one that keeps the
 * end of a connection open keeps its reader waiting. */
static pthread_mutex_t spawning = PTHREAD_MUTEX_INITIALIZER;

static int cannot_hear(void)
{
	return error_os(errno, "cannot read what git says");
}

static bool is_set_by(const char *variable, const char *const *changes)
{
	size_t n = strcspn(variable, "=");

	for (; *changes; changes++)
		if (strncmp(variable, *changes, n) == 0 &&
			((*changes)[n] == '=' || (*changes)[n] == '\0'))
			return true;
	return false;
}

/* The directories of PATH where a program may be looked for. */
static int safe_path(struct buf *out, const char *path)
{
	size_t len;

	buf_adds(out, "PATH=");
	for (; *path; path += len + (path[len] == ':')) {
		len = strcspn(path, ":");
		if (*path != '/')
			continue;
		if (out->len && out->ptr[out->len - 1] != '=')
			buf_addc(out, ':');
		buf_add(out, path, len);
	}
	return buf_failed(out);
}

static int find_git(struct buf *out, const char *path)
{
	size_t len;
	struct stat st;

	for (path += strlen("PATH="); *path; path += len + (path[len] == ':')) {
		len = strcspn(path, ":");
		buf_clear(out);
		buf_add(out, path, len);
		buf_adds(out, "/git");
		if (buf_failed(out) < 0)
			return -1;
		if (access(out->ptr, X_OK) == 0 && stat(out->ptr, &st) == 0 && S_ISREG(st.st_mode))
			return 0;
	}
	return error_of(ERROR_NO_GIT, "cannot run 'git': no absolute directory of PATH has it");
}

/* @param out for free(), its strings are borrowed. 0; -1 recorded. */
static int make_environment(const char ***out, const struct exec *e, const char *path)
{
	size_t count = 0, n = 0, i;

	while (e->variables[count])
		count++;
	*out = calloc(
		count + sizeof promises / sizeof *promises + EXEC_CHANGES_MAX + 2, sizeof **out);
	if (!*out)
		return error_oom();
	(*out)[n++] = path;
	for (i = 0; promises[i]; i++)
		if (strchr(promises[i], '='))
			(*out)[n++] = promises[i];
	for (i = 0; e->changes[i]; i++)
		if (strchr(e->changes[i], '='))
			(*out)[n++] = e->changes[i];
	for (i = 0; i < count; i++)
		if (!is_set_by(e->variables[i], promises) &&
			!is_set_by(e->variables[i], e->changes) &&
			strncmp(e->variables[i], "PATH=", strlen("PATH=")) != 0 &&
			strncmp(e->variables[i], "GIT_TRACE", strlen("GIT_TRACE")) != 0)
			(*out)[n++] = e->variables[i];
	return 0;
}

static int spawn(struct exec *e, const char *git, const char *const *variables, int in, int err)
{
	const char *argv[ARGUMENTS_MAX] = {"git", "--no-pager", "-c", "core.fsmonitor=false"};
	posix_spawn_file_actions_t actions;
	size_t n = 4, i;
	int errnum;

	if (e->dir) {
		argv[n++] = "-C";
		argv[n++] = e->dir;
	}
	for (i = 0; e->args[i]; i++) {
		if (n + 1 == ARGUMENTS_MAX)
			return error_set("git has too many arguments");
		argv[n++] = e->args[i];
	}
	errnum = posix_spawn_file_actions_init(&actions);
	if (!errnum) {
		errnum = posix_spawn_file_actions_adddup2(&actions, in, 0);
		if (!errnum)
			errnum = posix_spawn_file_actions_adddup2(&actions, in, 1);
		if (!errnum)
			errnum = posix_spawn_file_actions_adddup2(&actions, err, 2);
		if (!errnum)
			errnum = posix_spawn(
				&e->pid, git, &actions, NULL, (char **)argv, (char **)variables);
		posix_spawn_file_actions_destroy(&actions);
	}
	return errnum ? error_os(errnum, "cannot run '%s'", git) : 0;
}

/* Looks for git and runs it. */
static int launch(struct exec *e, int in, int err)
{
	struct buf path = BUF_INIT, git = BUF_INIT;
	const char **variables = NULL, *search = "/usr/local/bin:/usr/bin:/bin";
	int status = -1;
	size_t i;

	for (i = 0; e->variables[i]; i++)
		if (strncmp(e->variables[i], "PATH=", strlen("PATH=")) == 0)
			search = e->variables[i] + strlen("PATH=");
	if (safe_path(&path, search) == 0 && find_git(&git, path.ptr) == 0 &&
		make_environment(&variables, e, path.ptr) == 0)
		status = spawn(e, git.ptr, variables, in, err);
	free(variables);
	buf_free(&git);
	buf_free(&path);
	return status;
}

/* The first end of a connection is ours alone. */
static int make_socket(int ends[2])
{
	int i;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) < 0) {
		ends[0] = ends[1] = -1;
		return error_os(errno, "cannot make a socket");
	}
#ifdef SO_NOSIGPIPE
	{
		int on = 1;

		if (setsockopt(ends[0], SOL_SOCKET, SO_NOSIGPIPE, &on, sizeof on) < 0)
			return error_os(errno, "cannot set up a socket");
	}
#endif
	for (i = 0; i < 2; i++)
		if (fcntl(ends[i], F_SETFD, FD_CLOEXEC) < 0)
			return error_os(errno, "cannot set up a socket");
	return 0;
}

static void close_end(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

int exec_start(struct exec *e)
{
	int both[2] = {-1, -1}, err[2] = {-1, -1}, status = -1;

	e->input = e->output = e->words = (struct buf)BUF_INIT;
	e->name = e->args[0];
	e->written = e->taken = 0;
	e->input_ended = e->input_lost = false;
	pthread_mutex_lock(&spawning);
	if (make_socket(both) == 0 && make_socket(err) == 0)
		status = launch(e, both[1], err[1]);
	pthread_mutex_unlock(&spawning);
	close_end(&both[1]);
	close_end(&err[1]);
	if (status < 0) {
		close_end(&both[0]);
		close_end(&err[0]);
		return -1;
	}
	e->fd = both[0];
	e->complaint = err[0];
	e->running = true;
	return 0;
}

void exec_write(struct exec *e, const void *bytes, size_t len)
{
	buf_add(&e->input, bytes, len);
}

static void end_input(struct exec *e)
{
	if (e->input_ended && e->written == e->input.len)
		shutdown(e->fd, SHUT_WR);
}

void exec_end_input(struct exec *e)
{
	e->input_ended = true;
	end_input(e);
}

/* Writes at most so much that it is written as one, and whole records: if this process is killed,
 * git must not take the beginning of a path for a path. */
static void write_some(struct exec *e)
{
	enum { PIECE = 4096 };
	const char *at = e->input.ptr + e->written;
	size_t left = e->input.len - e->written, len = left < PIECE ? left : PIECE;
	ssize_t n;

	while (len < left && len > 0 && at[len - 1] != '\0' && at[len - 1] != '\n')
		len--;
	n = send(e->fd, at, len ? len : left < PIECE ? left : PIECE, MSG_NOSIGNAL | MSG_DONTWAIT);
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	e->input_lost = n < 0;
	e->written = n < 0 ? e->input.len : e->written + (size_t)n;
	if (e->written == e->input.len) {
		buf_clear(&e->input);
		e->written = 0;
	}
	end_input(e);
}

/* 1; 0 at the end; -1 with the failure recorded. */
static int read_some(struct buf *out, int fd)
{
	char piece[16384];
	ssize_t n = recv(fd, piece, sizeof piece, MSG_DONTWAIT);

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return 1;
	if (n < 0 && errno != ECONNRESET)
		return cannot_hear();
	if (n <= 0)
		return 0;
	buf_add(out, piece, (size_t)n);
	return buf_failed(out) < 0 ? -1 : 1;
}

static int read_words(struct exec *e)
{
	int status = read_some(&e->words, e->complaint);

	buf_cut(&e->words, WORDS_MAX);
	if (status == 0)
		close_end(&e->complaint);
	return status < 0 ? -1 : 0;
}

static double now(void)
{
	struct timespec t = {0};

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Waits until one of them is ready. A signal only interrupts that. */
static int wait_for(struct exec *e, struct pollfd *fds)
{
	unsigned patience = e->patience ? e->patience : EXEC_SILENCE;
	double left, end = now() + patience;
	int n;

	while ((left = end - now()) > 0) {
		n = poll(fds, 2, (int)(left * 1000) + 1);
		if (n > 0)
			return 0;
		if (n < 0 && errno != EINTR)
			return cannot_hear();
	}
	kill(e->pid, SIGTERM); /* it removes its locks then */
	return error_set("git was ended, because it said nothing for %u seconds: does it wait for "
			 "a pipe, where a file should be?",
		patience);
}

/* Waits and moves what can be moved. 1; 0 when the output has ended; -1 recorded. */
static int pump(struct exec *e)
{
	struct pollfd fds[] = {
		{.fd = e->fd, .events = POLLIN}, {.fd = e->complaint, .events = POLLIN}};

	if (buf_failed(&e->input) < 0)
		return -1;
	if (e->written < e->input.len)
		fds[0].events |= POLLOUT;
	if (wait_for(e, fds) < 0)
		return -1;
	if (fds[1].revents && read_words(e) < 0)
		return -1;
	if (fds[0].revents & POLLOUT)
		write_some(e);
	return (fds[0].revents & ~POLLOUT) ? read_some(&e->output, e->fd) : 1;
}

/* Waits for its end, when its output has ended. Its exit status; -1 recorded. */
static int end_of(struct exec *e)
{
	struct pollfd fds[] = {{.fd = -1}, {.events = POLLIN}};
	int status;

	while (e->complaint >= 0) {
		fds[1].fd = e->complaint;
		if (wait_for(e, fds) < 0 || read_words(e) < 0)
			return -1;
	}
	while (waitpid(e->pid, &status, 0) < 0)
		if (errno != EINTR)
			return error_os(errno, "cannot wait for git");
	e->pid = 0;
	if (WIFSIGNALED(status))
		return error_set("git was ended by signal %d", WTERMSIG(status));
	if (e->input_lost && WEXITSTATUS(status) == 0)
		return error_set("git %s did not read what it was to read", e->name);
	return WEXITSTATUS(status);
}

int exec_failed(const char *name, int status, const struct buf *words)
{
	static const char fatal[] = "fatal: ", error[] = "error: ";
	const char *line = strstr(words->ptr, fatal), *first = words->ptr + strlen(error);

	if (line && strncmp(words->ptr, error, strlen(error)) == 0)
		return error_set("%.*s: %.*s", (int)strcspn(line + strlen(fatal), "\n"),
			line + strlen(fatal), (int)strcspn(first, "\n"), first);
	line = line ? line + strlen(fatal) : words->ptr;
	if (!*line)
		return error_set("git %s ended with status %d", name, status);
	return error_set("%.*s", (int)strcspn(line, "\n"), line);
}

static int failed(const struct exec *e, int status)
{
	return exec_failed(e->name, status, &e->words);
}

/* What was to be read is not there. */
static int ended_early(struct exec *e)
{
	int status = end_of(e);

	return status < 0 ? -1 : failed(e, status);
}

/* Makes room in the output for more. */
static int read_more(struct exec *e)
{
	size_t left = e->output.len - e->taken;

	if (e->taken) {
		memmove(e->output.ptr, e->output.ptr + e->taken, left);
		buf_cut(&e->output, left);
		e->taken = 0;
	}
	return pump(e);
}

int exec_line(struct exec *e, char end, char **record, size_t *len)
{
	size_t seen = 0;
	char *at = NULL;
	int status = 1;

	for (;;) {
		size_t have = e->output.len - e->taken;

		at = memchr(e->output.ptr + e->taken + seen, end, have - seen);
		if (at || status != 1)
			break;
		seen = have;
		status = read_more(e);
	}
	if (status < 0)
		return -1;
	if (!at && e->taken == e->output.len)
		return 0;
	if (!at)
		return ended_early(e);
	*at = '\0';
	*record = e->output.ptr + e->taken;
	if (len)
		*len = (size_t)(at - *record);
	e->taken = (size_t)(at - e->output.ptr) + 1;
	return 1;
}

int exec_read(struct exec *e, void *bytes, size_t len)
{
	char *to = bytes;
	int status;

	while (len) {
		size_t have = e->output.len - e->taken, n = have < len ? have : len;

		memcpy(to, e->output.ptr + e->taken, n);
		e->taken += n;
		to += n;
		len -= n;
		if (!len)
			break;
		status = read_more(e);
		if (status <= 0)
			return status < 0 ? -1 : ended_early(e);
	}
	return 0;
}

/* To its end. Its exit status; -1 recorded. The output stays. */
static int run_on(struct exec *e, struct buf *out)
{
	int status;

	exec_end_input(e);
	do {
		status = pump(e);
		if (out)
			buf_add(out, e->output.ptr + e->taken, e->output.len - e->taken);
		buf_clear(&e->output);
		e->taken = 0;
	} while (status > 0);
	if (status == 0)
		status = end_of(e);
	return status >= 0 && out && buf_failed(out) < 0 ? -1 : status;
}

int exec_finish(struct exec *e)
{
	int status = run_on(e, NULL);

	if (status > 1)
		status = failed(e, status);
	exec_stop(e);
	return status;
}

int exec_end(struct exec *e, int status)
{
	if (status != 0) {
		exec_stop(e);
		return -1;
	}
	status = exec_finish(e);
	return status > 0 ? failed(e, status) : status;
}

void exec_stop(struct exec *e)
{
	if (!e->running)
		return;
	close_end(&e->fd);
	close_end(&e->complaint);
	if (e->pid)
		kill(e->pid, SIGTERM);
	while (e->pid && waitpid(e->pid, NULL, 0) < 0 && errno == EINTR)
		;
	buf_free(&e->input);
	buf_free(&e->output);
	buf_free(&e->words);
	e->running = false;
}

int exec_run(struct buf *out, struct buf *err, struct exec *e, const struct buf *input)
{
	int status;

	if (exec_start(e) < 0)
		return -1;
	if (input)
		exec_write(e, input->ptr, input->len);
	status = run_on(e, out);
	if (status > 1 && !err)
		status = failed(e, status);
	if (err)
		buf_add(err, e->words.ptr, e->words.len);
	exec_stop(e);
	return err && buf_failed(err) < 0 ? -1 : status;
}

int exec_ask(struct buf *out, struct exec *e)
{
	int status;

	buf_clear(out);
	status = exec_run(out, NULL, e, NULL);
	if (out->len && out->ptr[out->len - 1] == '\n')
		buf_cut(out, out->len - 1);
	return status;
}

int exec_must(struct buf *out, struct exec *e, const struct buf *input)
{
	int status = exec_run(out, NULL, e, input);

	return status == 1 ? error_set("git %s ended with status 1", e->name) : status;
}
