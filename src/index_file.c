#ifdef __linux__
#define _GNU_SOURCE /* for where threads run */
#endif
#include "index_file.h"

#include <sched.h>
#include <string.h>

#include "raw_index.h"
#include "sha256.h"

/* From this size on, summing up is worth a thread of its own. */
enum { THREAD_MIN = 1 << 19 };

static bool sha256_fits(const unsigned char *bytes, size_t len)
{
	static const unsigned char none[SHA256_SIZE];
	unsigned char sum[SHA256_SIZE];

	if (len < SHA256_SIZE)
		return false;
	len -= SHA256_SIZE;
	if (memcmp(bytes + len, none, sizeof none) == 0)
		return true;
	sha256(sum, bytes, len);
	return memcmp(bytes + len, sum, sizeof sum) == 0;
}

#ifdef __linux__
/* Where it may run: anywhere but here. The scheduler would often leave a new thread behind the one
 * that made it, for longer than all of this takes. */
static bool set_elsewhere(pthread_attr_t *attributes)
{
	cpu_set_t where;
	int here = sched_getcpu();

	if (here < 0 || sched_getaffinity(0, sizeof where, &where) < 0 || CPU_COUNT(&where) < 2)
		return false;
	CPU_CLR(here, &where);
	return pthread_attr_setaffinity_np(attributes, sizeof where, &where) == 0;
}
#endif

static bool start(pthread_t *out, void *(*run)(void *), void *arg)
{
#ifdef __linux__
	pthread_attr_t attributes;
	bool started;

	if (pthread_attr_init(&attributes) == 0) {
		started = set_elsewhere(&attributes) &&
			  pthread_create(out, &attributes, run, arg) == 0;
		pthread_attr_destroy(&attributes);
		if (started)
			return true;
	}
#endif
	return pthread_create(out, NULL, run, arg) == 0;
}

static void *sum_up(void *arg)
{
	struct index_file *f = arg;

	f->sum_fits = f->oid_size == SHA256_SIZE ?
			      sha256_fits(f->map.bytes, f->map.len) :
			      raw_index_sum_fits(f->map.bytes, f->map.len, &f->stop);
	return NULL;
}

bool index_file_open(struct index_file *f, const char *path, size_t oid_size)
{
	*f = (struct index_file){.oid_size = oid_size};
	if (!io_map(&f->map, path))
		return false;
	f->threaded = f->map.len >= THREAD_MIN && start(&f->thread, sum_up, f);
	return true;
}

bool index_file_is_whole(struct index_file *f, bool wanted)
{
	f->stop = !wanted;
	if (f->threaded)
		pthread_join(f->thread, NULL);
	else if (wanted)
		sum_up(f);
	return wanted && f->sum_fits;
}

void index_file_close(struct index_file *f)
{
	io_unmap(&f->map);
}
