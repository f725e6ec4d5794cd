#include "crew.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "error.h"

struct member {
	crew_work *work;
	void *arg;
	pthread_t thread;
	bool started;
	int status;
	char *failure; /* its words, for errors are recorded by thread; NULL: no memory for them */
};

size_t crew_size(void)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);

	return cpus < 1 ? 1 : cpus < CREW_MAX ? (size_t)cpus : CREW_MAX;
}

static void *run(void *arg)
{
	struct member *m = arg;

	m->status = m->work(m->arg);
	if (m->status < 0)
		m->failure = strdup(error_message());
	return NULL;
}

/* Its status, and its failure recorded here. */
static int join(struct member *m)
{
	if (!m->started)
		return 0;
	pthread_join(m->thread, NULL);
	if (m->status < 0)
		m->failure ? error_set("%s", m->failure) : error_oom();
	free(m->failure);
	return m->status;
}

int crew_run(crew_work *work, void *const *args, size_t count)
{
	struct member members[CREW_MAX];
	size_t i;
	int status;

	for (i = 1; i < count; i++) {
		members[i] = (struct member){.work = work, .arg = args[i]};
		members[i].started =
			pthread_create(&members[i].thread, NULL, run, &members[i]) == 0;
	}
	status = work(args[0]);
	for (i = 1; i < count; i++)
		if (join(&members[i]) < 0)
			status = -1;
	return status;
}
