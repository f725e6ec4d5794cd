/*
 * time ROUNDS NAME COMMAND... -- NAME COMMAND... : runs the commands in turn, ROUNDS times each
 * after one run to warm up, so that whatever else the machine does hits all alike. Prints a row
 * each: median, least and most of the wall time, the median's ratio to the first command's, the
 * same of processor time, which other work disturbs less, and the most memory.
 */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

extern char **environ;

enum { MAX_COMMANDS = 16, MAX_ROUNDS = 1000 };

struct command {
	char **argv;
	const char *name;
	double wall[MAX_ROUNDS], cpu[MAX_ROUNDS]; /* ms */
	long kilobytes;
};

static struct command commands[MAX_COMMANDS];

static void die(const char *what)
{
	perror(what);
	exit(2);
}

static double milliseconds(double seconds, double rest, double rest_per_second)
{
	return 1e3 * (seconds + rest / rest_per_second);
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return milliseconds((double)t.tv_sec, (double)t.tv_nsec, 1e9);
}

static double of_timeval(struct timeval t)
{
	return milliseconds((double)t.tv_sec, (double)t.tv_usec, 1e6);
}

static void run(struct command *c, int round)
{
	posix_spawn_file_actions_t actions;
	struct rusage usage;
	double start;
	int status;
	pid_t pid;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
	start = now();
	errno = posix_spawnp(&pid, c->argv[0], &actions, NULL, c->argv, environ);
	if (errno || wait4(pid, &status, 0, &usage) != pid)
		die(c->argv[0]);
	if (round >= 0) {
		c->wall[round] = now() - start;
		c->cpu[round] = of_timeval(usage.ru_utime) + of_timeval(usage.ru_stime);
	}
	if (!WIFEXITED(status) || WEXITSTATUS(status) > 1) {
		fprintf(stderr, "time: '%s' failed\n", c->name);
		exit(2);
	}
	c->kilobytes = usage.ru_maxrss;
	posix_spawn_file_actions_destroy(&actions);
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void print(struct command *c, int rounds)
{
	qsort(c->wall, (size_t)rounds, sizeof *c->wall, compare);
	qsort(c->cpu, (size_t)rounds, sizeof *c->cpu, compare);
	printf("| %-34s | %9.2f | %9.2f | %9.2f | %6.2f | %9.2f | %6.2f | %6.1f |\n", c->name,
		c->wall[rounds / 2], c->wall[0], c->wall[rounds - 1],
		c->wall[rounds / 2] / commands[0].wall[rounds / 2], c->cpu[rounds / 2],
		c->cpu[rounds / 2] / commands[0].cpu[rounds / 2], (double)c->kilobytes / 1024);
}

int main(int argc, char **argv)
{
	int rounds = argc > 1 ? atoi(argv[1]) : 0, count = 0, i, round;

	for (i = 2; i < argc && count < MAX_COMMANDS; i++) {
		commands[count].name = argv[i];
		commands[count++].argv = argv + i + 1;
		while (i < argc && strcmp(argv[i], "--") != 0)
			i++;
		argv[i < argc ? i : argc] = NULL;
	}
	if (rounds < 1 || rounds > MAX_ROUNDS || count == 0) {
		fputs("usage: time ROUNDS NAME COMMAND... [-- NAME COMMAND...]...\n", stderr);
		return 2;
	}
	for (round = -1; round < rounds; round++)
		for (i = 0; i < count; i++)
			run(&commands[i], round);
	for (i = 0; i < count; i++)
		print(&commands[i], rounds);
	return 0;
}
