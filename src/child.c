#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "io.h"

/* A child that writes nothing for so many times so many seconds is not waited for any longer. */
enum { SILENCES_MAX = 2, SILENCE = 10 };

/* Held where a descriptor exists that a child of another thread must not get: one that keeps the
 * end of a connection open keeps its reader waiting. */
static pthread_mutex_t spawning = PTHREAD_MUTEX_INITIALIZER;

/* One run. What it reads and what it complains of are unnamed files, so that there is nothing to
 * clean up, nobody waits for anybody, and it never sees a part of its input. */
struct run {
	const char *name;
	FILE *input, *complaint;
	int output[2]; /* -1: closed */
};

static void close_end(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static int make_files(struct run *run, const struct buf *input)
{
	run->input = input ? tmpfile() : fopen("/dev/null", "r");
	run->complaint = tmpfile();
	if (!run->input || !run->complaint)
		return error_os(errno, "cannot make a temporary file");
	if (input && (fwrite(input->ptr, 1, input->len, run->input) < input->len ||
			     fflush(run->input) != 0 || fseek(run->input, 0, SEEK_SET) != 0))
		return error_os(errno, "cannot write a temporary file");
	return child_socket(run->output);
}

static bool is_ours_alone(int fd)
{
	int flags = fcntl(fd, F_GETFD);

	return flags >= 0 && fcntl(fd, F_SETFD, flags | FD_CLOEXEC) == 0;
}

int child_socket(int ends[2])
{
	int status = 0;

	pthread_mutex_lock(&spawning);
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) < 0) {
		ends[0] = ends[1] = -1;
		status = error_os(errno, "cannot make a socket");
	} else if (!is_ours_alone(ends[0]) || !is_ours_alone(ends[1])) {
		status = error_os(errno, "cannot set up a socket");
		close_end(&ends[0]);
		close_end(&ends[1]);
	}
	pthread_mutex_unlock(&spawning);
	return status;
}

static int spawn(pid_t *out, const char *const argv[], char **variables, const int fds[3])
{
	posix_spawn_file_actions_t actions;
	int i, errnum = posix_spawn_file_actions_init(&actions);

	if (errnum)
		return errnum;
	for (i = 0; i < 3 && !errnum; i++)
		errnum = posix_spawn_file_actions_adddup2(&actions, fds[i], i);
	if (!errnum)
		errnum = posix_spawnp(out, argv[0], &actions, NULL, (char *const *)argv, variables);
	posix_spawn_file_actions_destroy(&actions);
	return errnum;
}

int child_spawn(pid_t *out, const char *const argv[], char **variables, const int fds[3])
{
	int errnum;

	pthread_mutex_lock(&spawning);
	errnum = spawn(out, argv, variables, fds);
	pthread_mutex_unlock(&spawning);
	if (errnum)
		error_os(errnum, "cannot run '%s'", argv[0]);
	errno = errnum;
	return errnum ? -1 : 0;
}

int child_read_all(struct buf *out, int fd, const char *name)
{
	if (io_read_all(out, fd, SIZE_MAX) < 0)
		return error_os(errno, "cannot read what '%s' says", name);
	return buf_failed(out);
}

static int read_complaint(struct buf *err, struct run *run)
{
	if (!err)
		return 0;
	if (lseek(fileno(run->complaint), 0, SEEK_SET) < 0)
		return error_os(errno, "cannot read what '%s' says", run->name);
	return child_read_all(err, fileno(run->complaint), run->name);
}

int child_wait(pid_t pid, const char *name)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return error_os(errno, "cannot wait for '%s'", name);
	if (WIFSIGNALED(status))
		return error_set("'%s' was ended by signal %d", name, WTERMSIG(status));
	return WEXITSTATUS(status);
}

/* main's timer may interrupt this too. */
int child_listen(int fd, pid_t pid, const char *name)
{
	struct pollfd output = {.fd = fd, .events = POLLIN};
	int silences;

	for (silences = 0; silences < SILENCES_MAX; silences++) {
		int n = poll(&output, 1, SILENCE * 1000);

		if (n > 0)
			return 0;
		if (n < 0 && errno != EINTR)
			return error_os(errno, "cannot read what '%s' says", name);
	}
	kill(pid, SIGTERM); /* git takes its locks away then */
	return error_set(
		"'%s' was ended, for it said nothing for %d seconds: does it wait for a pipe, "
		"where a file should be?",
		name, SILENCES_MAX * SILENCE);
}

static int read_output(struct buf *out, const struct run *run, pid_t pid)
{
	char piece[16384];
	ssize_t n;

	do {
		if (child_listen(run->output[0], pid, run->name) < 0)
			return -1;
		n = io_read(run->output[0], piece, sizeof piece);
		if (n < 0)
			return error_os(errno, "cannot read what '%s' says", run->name);
		buf_add(out, piece, (size_t)n);
	} while (n > 0);
	return buf_failed(out);
}

static int hear(struct run *run, pid_t pid, struct buf *out, struct buf *err)
{
	int got, status;

	close_end(&run->output[1]);
	got = read_output(out, run, pid);
	close_end(&run->output[0]);
	if (got < 0) {
		while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
			;
		return -1;
	}
	status = child_wait(pid, run->name);
	return status >= 0 && read_complaint(err, run) < 0 ? -1 : status;
}

int child_run(struct buf *out, struct buf *err, const char *const argv[], char **variables,
	const struct buf *input)
{
	struct run run = {.name = argv[0], .output = {-1, -1}};
	pid_t pid;
	int status = -1, errnum;

	if (make_files(&run, input) == 0) {
		const int fds[] = {fileno(run.input), run.output[1], fileno(run.complaint)};

		if (child_spawn(&pid, argv, variables, fds) == 0)
			status = hear(&run, pid, out, err);
	}
	errnum = errno;
	close_end(&run.output[0]);
	close_end(&run.output[1]);
	if (run.input)
		fclose(run.input);
	if (run.complaint)
		fclose(run.complaint);
	errno = errnum;
	return status;
}

int child_git_failed(const struct buf *err)
{
	static const char fatal[] = "fatal: ";
	const char *line = strstr(err->ptr, fatal);

	line = line ? line + strlen(fatal) : err->ptr;
	if (!*line)
		return error_set("git failed without a word");
	return error_set("%.*s", (int)strcspn(line, "\n"), line);
}

int child_git(struct buf *out, char **variables, const char *const args[])
{
	const char *argv[CHILD_ARGUMENTS_MAX + 2] = {"git"};
	struct buf err = BUF_INIT;
	int i, status;

	for (i = 0; i < CHILD_ARGUMENTS_MAX && args[i]; i++)
		argv[i + 1] = args[i];
	buf_clear(out);
	status = child_run(out, &err, argv, variables, NULL);
	if (status > 1) {
		child_git_failed(&err);
		status = error_prefix("git %s", args[0]);
	}
	if (out->len && out->ptr[out->len - 1] == '\n')
		buf_cut(out, out->len - 1);
	buf_free(&err);
	return status;
}
