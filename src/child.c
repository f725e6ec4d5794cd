#include "child.h"

#include <errno.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "io.h"

/* One run. What it reads and what it complains of are unnamed files, so that there is nothing to
 * clean up, nobody waits for anybody, and it never sees a part of its input. */
struct run {
	const char *name;
	FILE *input, *complaint;
	int output[2]; /* a pipe; -1 closed */
	pid_t pid;
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
	if (pipe(run->output) < 0)
		return error_os(errno, "cannot make a pipe");
	return 0;
}

static int spawn(struct run *run, const char *const argv[], char **variables)
{
	posix_spawn_file_actions_t actions;
	int errnum = posix_spawn_file_actions_init(&actions);

	if (errnum)
		return error_os(errnum, "cannot run '%s'", run->name);
	errnum = posix_spawn_file_actions_adddup2(&actions, fileno(run->input), STDIN_FILENO);
	if (!errnum)
		errnum = posix_spawn_file_actions_adddup2(&actions, run->output[1], STDOUT_FILENO);
	if (!errnum)
		errnum = posix_spawn_file_actions_adddup2(
			&actions, fileno(run->complaint), STDERR_FILENO);
	if (!errnum)
		errnum = posix_spawn_file_actions_addclose(&actions, run->output[0]);
	if (!errnum)
		errnum = posix_spawn_file_actions_addclose(&actions, run->output[1]);
	if (!errnum)
		errnum = posix_spawnp(
			&run->pid, run->name, &actions, NULL, (char *const *)argv, variables);
	posix_spawn_file_actions_destroy(&actions);
	close_end(&run->output[1]);
	return errnum ? error_os(errnum, "cannot run '%s'", run->name) : 0;
}

static int read_all(struct buf *out, int fd, const char *name)
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
	return read_all(err, fileno(run->complaint), run->name);
}

static int wait_for(struct run *run, struct buf *out, struct buf *err)
{
	int status, got = read_all(out, run->output[0], run->name);

	close_end(&run->output[0]);
	while (waitpid(run->pid, &status, 0) < 0)
		if (errno != EINTR)
			return error_os(errno, "cannot wait for '%s'", run->name);
	if (got < 0 || read_complaint(err, run) < 0)
		return -1;
	if (WIFSIGNALED(status))
		return error_set("'%s' was ended by signal %d", run->name, WTERMSIG(status));
	return WEXITSTATUS(status);
}

int child_run(struct buf *out, struct buf *err, const char *const argv[], char **variables,
	const struct buf *input)
{
	struct run run = {.name = argv[0], .output = {-1, -1}};
	int status = -1;

	if (make_files(&run, input) == 0 && spawn(&run, argv, variables) == 0)
		status = wait_for(&run, out, err);
	close_end(&run.output[0]);
	close_end(&run.output[1]);
	if (run.input)
		fclose(run.input);
	if (run.complaint)
		fclose(run.complaint);
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

	for (i = 0; args[i] && i < CHILD_ARGUMENTS_MAX; i++)
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
