#include "check/screen.h"

#include <ctype.h>
#include <strings.h>

#include "git/snapshot.h"
#include "python/bytecode.h"

struct screen {
	struct io_map map;
	struct timespec index_time;
	size_t oid_size;
	struct buf text;         /* of the policy file read last */
	struct policy *policy;   /* NULL: the built-in lines only */
	struct matcher *matcher; /* NULL when no line of the user's rejects */
};

static bool is_dir(const char *path, bool ours)
{
	struct stat st;

	return lstat(path, &st) == 0 && S_ISDIR(st.st_mode) && (!ours || st.st_uid == geteuid());
}

/* Appends a regular file, and a text: to read a pipe would take it away from the closer look. */
static bool read_file(struct buf *out, const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode) &&
	       io_read_file(out, path, O_NONBLOCK, POLICY_MAX_BYTES) == 0 &&
	       out->len <= POLICY_MAX_BYTES && strlen(out->ptr) == out->len;
}

/* Whether a configuration may set this key, in whatever section: a key is written as it is. */
static bool may_set(const char *config, const char *key)
{
	size_t len = strlen(key);

	for (; *config; config++)
		if (strncasecmp(config, key, len) == 0 && !isalnum((unsigned char)config[len]))
			return true;
	return false;
}

static bool find_repository(struct screen *s, const struct environment *env)
{
	struct buf head = BUF_INIT, config = BUF_INIT;
	const char *index = env->git_index_file ? env->git_index_file : ".git/index";
	bool found = !env->git_dir && !env->git_work_tree && !env->git_object_dir &&
		     !env->git_alternates && !env->git_common_dir && is_dir(".", true) &&
		     is_dir(".git", true) && is_dir(".git/objects", false) &&
		     is_dir(".git/refs", false) && io_exists(".git/commondir") == 0 &&
		     read_file(&head, ".git/HEAD") && read_file(&config, ".git/config") &&
		     (io_exists(".git/config.worktree") == 0 ||
			     read_file(&config, ".git/config.worktree"));
	struct stat st;

	found = found && (strncmp(head.ptr, "ref: refs/", strlen("ref: refs/")) == 0 ||
				 strspn(head.ptr, "0123456789abcdef") >= 2 * (size_t)OID_SHA1);
	if (env->git_index_file && *index != '/')
		found = found && !may_set(config.ptr, "worktree");
	s->oid_size = may_set(config.ptr, "objectformat") ? OID_SHA256 : OID_SHA1;
	buf_free(&head);
	buf_free(&config);
	/* Its time is asked for first: one that takes its place meanwhile is younger. */
	if (!found || stat(index, &st) < 0 || !io_map(&s->map, index))
		return false;
	s->index_time = st.st_mtim;
	return true;
}

static bool add_file(struct screen *s, const char *file)
{
	buf_clear(&s->text);
	if (!read_file(&s->text, file))
		return false;
	if (!s->policy)
		s->policy = policy_new(PATTERN_EITHER);
	if (file == policy_path)
		s->policy->limit = POLICY_TIME;
	return policy_add(s->policy, s->text.ptr, s->text.len, file) == 0;
}

/* Whether the .pycguard on disk is the one of this entry, and its lines are the blob's, whatever a
 * checkout changes in text. */
static bool is_unchanged(const struct screen *s, const struct index_entry *e)
{
	struct stat st;

	for (size_t i = 0; i < s->text.len; i++)
		if ((unsigned char)s->text.ptr[i] >= 0x80)
			return false;
	if (strstr(s->text.ptr, "$Id") || e->stage || e->intent_to_add ||
		(e->mode != MODE_FILE && e->mode != MODE_EXECUTABLE))
		return false;
	return lstat(policy_path, &st) == 0 && S_ISREG(st.st_mode) && index_entry_is_file(e, &st) &&
	       (st.st_mtim.tv_sec < s->index_time.tv_sec ||
		       (st.st_mtim.tv_sec == s->index_time.tv_sec &&
			       st.st_mtim.tv_nsec < s->index_time.tv_nsec));
}

bool screen_lets_pass(
	const struct index_entry *e, size_t *base, const struct policy *p, struct matcher *m)
{
	const char *from = e->path + e->shared, *end = e->path + e->len, *slash, *name;
	struct policy_decision d = {.rejected = false};

	/* The directories that the entry before was in are known. */
	if (*base > e->shared)
		*base = path_base(e->path, e->shared);
	name = e->path + *base;
	for (; (slash = memchr(from, '/', (size_t)(end - from))); name = from = slash + 1)
		if (bytecode_suspect(name, (size_t)(slash - name)))
			return false;
	*base = (size_t)(name - e->path);
	return !bytecode_suspect(name, (size_t)(end - name)) &&
	       (!m || (policy_decide(p, m, e->path, e->len, &d) == 0 && !d.rejected));
}

bool screen_is_clean(const struct environment *env, const struct policy_files *files, bool allows)
{
	struct screen s = {.text = BUF_INIT};
	struct index_walk w;
	/* Lines on disk that are not staged may only reject too much. */
	bool clean = find_repository(&s, env) && (!files->extend || add_file(&s, files->extend)) &&
		     (files->policy ? add_file(&s, files->policy) :
				      io_exists(policy_path) == 0 || add_file(&s, policy_path)) &&
		     (allows || !s.policy || !s.policy->allows);

	if (clean && s.policy && s.policy->adds)
		s.matcher = matcher_new();
	if (clean) {
		size_t base = 0;
		int found = -1;

		if (index_walk_begin(&w, s.map.bytes, s.map.len, s.oid_size))
			while ((found = index_walk_next(&w)) == 1)
				if (!screen_lets_pass(&w.entry, &base, s.policy, s.matcher) ||
					(!files->policy && *w.entry.path == '.' &&
						strcmp(w.entry.path, policy_path) == 0 &&
						!is_unchanged(&s, &w.entry)))
					break;
		clean = found == 0;
		index_walk_end(&w);
	}
	io_unmap(&s.map);
	buf_free(&s.text);
	policy_free(s.policy);
	matcher_free(s.matcher);
	return clean;
}
