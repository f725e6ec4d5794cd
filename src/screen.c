#include "screen.h"

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "policy_load.h"
#include "raw_index.h"
#include "sha1.h"
#include "snapshot.h"

/* From this size on, summing up is worth a thread of its own. */
enum { THREAD_MIN = 1 << 19 };

/* A configuration file: comments and empty lines; then sections of simple NAME = VALUE lines. */
static const char plain_config[] =
	"\\A(?<blank>[ \\t]*(?:[#;][^\\n\\0]*)?\\n)*"
	"(?:\\[(?!include|extensions)[-a-z0-9]+(?:[ \\t]+\"[^\"\\\\\\n\\0]*\")?\\][ \\t]*\\n"
	"(?:(?&blank)|[ \\t]*(?!worktree)(?:"
	"(?:bare[ \\t]*=[ \\t]*false|ignorecase[ \\t]*=[ \\t]*(?:true|false)|"
	"repositoryformatversion[ \\t]*=[ \\t]*[01])[ \\t]*\\n|"
	"(?!bare|ignorecase|repositoryformatversion)"
	"[a-z][-a-z0-9]*[ \\t]*=[^\"\\\\\\n\\0]*\\n))*)*\\z";

struct screen {
	const unsigned char *bytes; /* of the index */
	size_t len;
	struct policy *policy; /* caseless */
	struct matcher *matcher;
	bool policy_unknown; /* .pycguard is staged, and not known to be the one on disk */
	bool sum_fits;
	atomic_bool stop; /* there is no need to know whether it does */
};

static bool is_dir(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static bool is_our_dir(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 && S_ISDIR(st.st_mode) && st.st_uid == geteuid();
}

static bool is_file(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 && S_ISREG(st.st_mode);
}

static bool matches_config(struct buf *text, struct matcher *m)
{
	struct pattern_error why;
	struct pattern *plain;
	bool matched;

	if (pattern_regex(&plain, plain_config, sizeof plain_config - 1, true, &why) != 0)
		return false;
	matched = pattern_match(plain, m, text->ptr, text->len) == 1;
	pattern_free(plain);
	return matched;
}

static bool has_plain_config(struct matcher *m)
{
	struct buf text = BUF_INIT;
	bool plain = is_file(".git/config") && policy_read(&text, ".git/config") == 0 &&
		     matches_config(&text, m);

	buf_free(&text);
	return plain;
}

static bool is_plain_repository(const struct environment *env)
{
	if (env->git_dir || env->git_work_tree || env->git_object_dir || env->git_alternates)
		return false;
	return is_our_dir(".") && is_our_dir(".git") && is_file(".git/HEAD") &&
	       is_dir(".git/objects") && is_dir(".git/refs") && access(".git/commondir", F_OK) < 0;
}

static bool map_index(struct screen *s, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;
	void *map = MAP_FAILED;

	if (fd < 0)
		return false;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0) {
		s->len = (size_t)st.st_size;
		map = mmap(NULL, s->len, PROT_READ, MAP_PRIVATE, fd, 0);
	}
	close(fd);
	if (map == MAP_FAILED)
		return false;
	s->bytes = map;
	return true;
}

/* Whether the file is, byte for byte, the blob of that id. */
static bool is_blob(const struct buf *text, const unsigned char *oid)
{
	unsigned char sum[SHA1_SIZE];
	struct buf blob = BUF_INIT;
	bool same;

	buf_addf(&blob, "blob %zu", text->len);
	buf_addc(&blob, '\0');
	buf_add(&blob, text->ptr, text->len);
	sha1(sum, blob.ptr, blob.len);
	same = !blob.failed && memcmp(sum, oid, sizeof sum) == 0;
	buf_free(&blob);
	return same;
}

static bool has_packs(void)
{
	DIR *dir = opendir(".git/objects/pack");
	const struct dirent *d;
	bool found = false;

	if (!dir)
		return false;
	while (!found && (d = readdir(dir)))
		found = *d->d_name != '.';
	closedir(dir);
	return found;
}

/* Whether git can have the object: loose, or in a pack or an alternate, which are not looked into. */
static bool may_have_object(const unsigned char *oid)
{
	struct buf path = BUF_INIT;
	size_t i;
	bool loose;

	buf_adds(&path, ".git/objects/");
	for (i = 0; i < SHA1_SIZE; i++)
		buf_addf(&path, i == 1 ? "/%02x" : "%02x", oid[i]);
	loose = !path.failed && is_file(path.ptr);
	buf_free(&path);
	return loose || has_packs() || access(".git/objects/info/alternates", F_OK) == 0;
}

/* Adds the lines of the staged .pycguard, read from the one on disk. */
static bool add_staged(struct screen *s, const struct raw_entry *e)
{
	struct buf text = BUF_INIT;
	bool good = e->stage == 0 && !e->intent_to_add && e->mode != MODE_LINK &&
		    e->mode != MODE_GITLINK && is_file(policy_path) &&
		    policy_read(&text, policy_path) == 0 && is_blob(&text, e->oid) &&
		    may_have_object(e->oid) &&
		    policy_add(s->policy, text.ptr, text.len, policy_path) == 0;

	buf_free(&text);
	return good;
}

/* Goes on as long as .pycguard can still come. */
static bool find_policy(void *arg, const struct raw_entry *e)
{
	struct screen *s = arg;
	int order = strcmp(e->path, policy_path);

	if (order == 0)
		s->policy_unknown = !add_staged(s, e);
	return order < 0;
}

static bool load_policy(struct screen *s, const char *file)
{
	if (file)
		return policy_load_file(&s->policy, file, true) == 0;
	s->policy = policy_new(true);
	if (!s->policy)
		return false;
	raw_index_each(s->bytes, s->len, find_policy, s);
	return !s->policy_unknown;
}

static bool is_let_pass(void *arg, const struct raw_entry *e)
{
	struct screen *s = arg;

	return policy_may_reject(s->policy, s->matcher, e->path, e->len) == 0;
}

static void *sum_up(void *arg)
{
	struct screen *s = arg;

	s->sum_fits = raw_index_sum_fits(s->bytes, s->len, &s->stop);
	return NULL;
}

static bool is_clean(struct screen *s, const char *policy)
{
	return has_plain_config(s->matcher) && load_policy(s, policy) &&
	       raw_index_each(s->bytes, s->len, is_let_pass, s);
}

static bool is_clean_and_whole(struct screen *s, const char *policy)
{
	pthread_t thread;
	bool threaded = s->len >= THREAD_MIN && pthread_create(&thread, NULL, sum_up, s) == 0;
	bool clean = is_clean(s, policy);

	s->stop = !clean;
	if (threaded)
		pthread_join(thread, NULL);
	else if (clean)
		sum_up(s);
	return clean && s->sum_fits;
}

bool screen_is_clean(const struct environment *env, const char *policy)
{
	const char *index = env->git_index_file ? env->git_index_file : ".git/index";
	struct screen s = {.matcher = matcher_new()};
	bool clean = s.matcher && is_plain_repository(env) && map_index(&s, index) &&
		     is_clean_and_whole(&s, policy);

	if (s.bytes)
		munmap((void *)s.bytes, s.len);
	policy_free(s.policy);
	matcher_free(s.matcher);
	return clean;
}
