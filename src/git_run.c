#include "git.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ARGS_MAX = 16, SET_COUNT = 4 };

/* One run of git. Its input and what it complains of are unnamed files, so that there is nothing to
 * clean up, nobody waits for anybody, and git never sees a part of its input. */
struct run {
	struct repository *repository;
	const char *args[ARGS_MAX];
	char **variables; /* the strings of the first SET_COUNT are ours */
	FILE *input, *complaint;
	int output[2]; /* a pipe; -1 closed */
	pid_t pid;
};

static bool is_set_here(const char *variable)
{
	static const char *const names[] = {"GIT_DIR=", "GIT_WORK_TREE=", "GIT_INDEX_FILE=",
		"LC_ALL=", "GIT_PREFIX=", "GIT_LITERAL_PATHSPECS=", "GIT_GLOB_PATHSPECS=",
		"GIT_NOGLOB_PATHSPECS=", "GIT_ICASE_PATHSPECS="};
	size_t i;

	for (i = 0; i < sizeof names / sizeof *names; i++)
		if (strncmp(variable, names[i], strlen(names[i])) == 0)
			return true;
	return false;
}

static char *setting(const char *name, const char *value)
{
	struct buf text = BUF_INIT;

	buf_addf(&text, "%s=", name);
	buf_adds(&text, value);
	return buf_take(&text);
}

/* The environment of git: ours, but for what says which repository, so that it is the one that is
 * open here however that was found. */
static int make_variables(struct run *run)
{
	const struct repository *r = run->repository;
	size_t i, n = SET_COUNT, count = 0;

	while (r->variables[count])
		count++;
	run->variables = calloc(count + SET_COUNT + 1, sizeof *run->variables);
	if (!run->variables)
		return error_oom();
	run->variables[0] = setting("GIT_DIR", git_repository_path(r->git));
	run->variables[1] = setting("GIT_WORK_TREE", repository_top(r));
	run->variables[2] = setting("GIT_INDEX_FILE", r->index_path);
	run->variables[3] = setting("LC_ALL", "C");
	for (i = 0; i < SET_COUNT; i++)
		if (!run->variables[i])
			return -1;
	for (i = 0; i < count; i++)
		if (!is_set_here(r->variables[i]))
			run->variables[n++] = r->variables[i];
	return 0;
}

static void make_args(struct run *run, const char *const *args)
{
	size_t n = 0, i;

	run->args[n++] = "git";
	run->args[n++] = "-C";
	run->args[n++] = repository_top(run->repository);
	for (i = 0; args[i] && n < ARGS_MAX - 1; i++)
		run->args[n++] = args[i];
}

static int make_files(struct run *run, const struct buf *input)
{
	run->input = tmpfile();
	run->complaint = tmpfile();
	if (!run->input || !run->complaint)
		return error_os(errno, "cannot make a temporary file");
	if (fwrite(input->ptr, 1, input->len, run->input) < input->len ||
	    fflush(run->input) != 0 || fseek(run->input, 0, SEEK_SET) != 0)
		return error_os(errno, "cannot write a temporary file");
	if (pipe(run->output) < 0)
		return error_os(errno, "cannot make a pipe");
	return 0;
}

static int spawn(struct run *run)
{
	posix_spawn_file_actions_t actions;
	int errnum = posix_spawn_file_actions_init(&actions);

	if (errnum)
		return error_os(errnum, "cannot run git");
	errnum = posix_spawn_file_actions_adddup2(&actions, fileno(run->input), STDIN_FILENO);
	if (!errnum)
		errnum = posix_spawn_file_actions_adddup2(&actions, run->output[1], STDOUT_FILENO);
	if (!errnum)
		errnum = posix_spawn_file_actions_adddup2(&actions, fileno(run->complaint),
			STDERR_FILENO);
	if (!errnum)
		errnum = posix_spawn_file_actions_addclose(&actions, run->output[0]);
	if (!errnum)
		errnum = posix_spawn_file_actions_addclose(&actions, run->output[1]);
	if (!errnum)
		errnum = posix_spawnp(&run->pid, "git", &actions, NULL, (char **)run->args,
			run->variables);
	posix_spawn_file_actions_destroy(&actions);
	close(run->output[1]);
	run->output[1] = -1;
	return errnum ? error_os(errnum, "cannot run git") : 0;
}

static int read_all(struct buf *out, int fd)
{
	char piece[16384];
	ssize_t n;

	while ((n = read(fd, piece, sizeof piece)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return error_os(errno, "cannot read what git says");
		buf_add(out, piece, (size_t)n);
	}
	return buf_failed(out);
}

/* Records the line in which git says why it died. */
static int take_complaint(struct run *run)
{
	static const char fatal[] = "fatal: ";
	struct buf text = BUF_INIT;
	char *line;

	if (lseek(fileno(run->complaint), 0, SEEK_SET) < 0 ||
	    read_all(&text, fileno(run->complaint)) < 0) {
		buf_free(&text);
		return error_prefix("git failed");
	}
	line = strstr(text.ptr, fatal);
	line = line ? line + strlen(fatal) : text.ptr;
	line[strcspn(line, "\n")] = '\0';
	error_set("%s", *line ? line : "git failed without a word");
	buf_free(&text);
	return -1;
}

static int wait_for(struct run *run, struct buf *out)
{
	int status, got = read_all(out, run->output[0]);

	while (waitpid(run->pid, &status, 0) < 0)
		if (errno != EINTR)
			return error_os(errno, "cannot wait for git");
	if (got < 0)
		return -1;
	if (WIFSIGNALED(status))
		return error_set("git was ended by signal %d", WTERMSIG(status));
	return WEXITSTATUS(status) <= 1 ? WEXITSTATUS(status) : take_complaint(run);
}

static void run_free(struct run *run)
{
	size_t i;

	for (i = 0; run->variables && i < SET_COUNT; i++)
		free(run->variables[i]);
	free(run->variables);
	for (i = 0; i < 2; i++)
		if (run->output[i] >= 0)
			close(run->output[i]);
	if (run->input)
		fclose(run->input);
	if (run->complaint)
		fclose(run->complaint);
}

int repository_git(struct buf *out, struct repository *r, const char *const *args,
	const struct buf *input)
{
	struct run run = {.repository = r, .output = {-1, -1}};
	int status = -1;

	if (!repository_top(r))
		return error_set("the repository has no work tree");
	make_args(&run, args);
	if (make_variables(&run) == 0 && make_files(&run, input) == 0 && spawn(&run) == 0)
		status = wait_for(&run, out);
	run_free(&run);
	return status;
}
