#include "check/screen.h"

#include <ctype.h>
#include <strings.h>

#include "check/policy_load.h"
#include "git/oid.h"
#include "git/snapshot.h"
#include "python/bytecode.h"

struct screen {
	struct io_map map;
	struct timespec index_time;
	size_t oid_size;
	struct policy *policy;             /* NULL: the built-in lines only */
	const unsigned char *policy_entry; /* where the entry of .pycguard is */
	struct matcher *matcher;           /* NULL when no line of the user's rejects */
};

static bool is_dir(const char *path, bool ours)
{
	struct stat st;

	return lstat(path, &st) == 0 && S_ISDIR(st.st_mode) && (!ours || st.st_uid == geteuid());
}

/* A regular file, and a text: to read a pipe would take it away from the closer look. */
static bool read_file(struct buf *out, const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode) &&
	       io_read_file(out, path, O_NONBLOCK, POLICY_MAX_BYTES) == 0 && !out->failed &&
	       out->len <= POLICY_MAX_BYTES && strlen(out->ptr) == out->len;
}

static bool is_head(const char *text)
{
	size_t digits = strspn(text, "0123456789abcdef");

	if (strncmp(text, "ref:", 4) == 0)
		return strncmp(text + 4 + strspn(text + 4, " \t"), "refs/", 5) == 0;
	return digits == OID_SHA1 * 2 || digits == OID_SHA256 * 2;
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

/* Whether core.worktree may be set. */
static bool is_moved(const char *config)
{
	struct buf text = BUF_INIT;
	bool moved = may_set(config, "worktree");

	if (!moved && io_exists(".git/config.worktree"))
		moved = !read_file(&text, ".git/config.worktree") || may_set(text.ptr, "worktree");
	buf_free(&text);
	return moved;
}

static bool find_repository(struct screen *s, const struct environment *env)
{
	struct buf head = BUF_INIT, config = BUF_INIT;
	const char *index = env->git_index_file;
	bool found = !env->git_dir && !env->git_work_tree && !env->git_object_dir &&
		     !env->git_alternates && !env->git_common_dir && is_dir(".", true) &&
		     is_dir(".git", true) && is_dir(".git/objects", false) &&
		     is_dir(".git/refs", false) && io_exists(".git/commondir") == 0 &&
		     read_file(&head, ".git/HEAD") && is_head(head.ptr) &&
		     read_file(&config, ".git/config") &&
		     !(index && *index != '/' && is_moved(config.ptr));
	struct stat st;

	s->oid_size = may_set(config.ptr, "objectformat") ? OID_SHA256 : OID_SHA1;
	buf_free(&head);
	buf_free(&config);
	index = index ? index : ".git/index";
	/* Its time is asked for first: one that takes its place meanwhile is younger. */
	if (!found || stat(index, &st) < 0 || !io_map(&s->map, index))
		return false;
	s->index_time = st.st_mtim;
	return true;
}

/* Whether the file on disk is the one staged, and its lines are the blob's, whatever a checkout
 * changes in text. */
static bool is_unchanged(
	const struct screen *s, const struct index_entry *e, const struct buf *text)
{
	struct stat st;
	size_t i;

	for (i = 0; i < text->len; i++)
		if ((unsigned char)text->ptr[i] >= 0x80)
			return false;
	if (strstr(text->ptr, "$Id") || e->stage || e->intent_to_add ||
		(e->mode != MODE_FILE && e->mode != MODE_EXECUTABLE))
		return false;
	return lstat(policy_path, &st) == 0 && S_ISREG(st.st_mode) && index_entry_is_file(e, &st) &&
	       (st.st_mtim.tv_sec < s->index_time.tv_sec ||
		       (st.st_mtim.tv_sec == s->index_time.tv_sec &&
			       st.st_mtim.tv_nsec < s->index_time.tv_nsec));
}

/* Adds the lines of a file; `staged`: if it is the one staged. */
static bool add_file(struct screen *s, const char *file, const struct index_entry *staged)
{
	struct buf text = BUF_INIT;
	bool added = read_file(&text, file) && (!staged || is_unchanged(s, staged, &text));

	if (added && !s->policy)
		s->policy = policy_new(PATTERN_EITHER);
	if (staged && s->policy)
		s->policy->limit = POLICY_TIME;
	added = added && s->policy && policy_add(s->policy, text.ptr, text.len, file) == 0;
	buf_free(&text);
	return added;
}

/* Goes on as far as .pycguard can be. */
static bool add_staged(struct screen *s)
{
	struct index_walk w;
	int found = -1, order = -1;

	if (index_walk_begin(&w, s->map.bytes, s->map.len, s->oid_size))
		while (order < 0 && (found = index_walk_next(&w)) == 1)
			order = strcmp(w.entry.path, policy_path);
	if (order == 0) {
		s->policy_entry = w.entry.stat;
		found = add_file(s, policy_path, &w.entry) ? 0 : -1;
	}
	index_walk_end(&w);
	return found >= 0;
}

/* Whether a name in the path, less the directories that the entry before was in, is bytecode's. */
static bool has_suspect(const struct index_entry *e)
{
	const char *name = e->path + path_base(e->path, e->shared), *end = e->path + e->len, *slash;

	for (; (slash = memchr(name, '/', (size_t)(end - name))); name = slash + 1)
		if (bytecode_suspect(name, (size_t)(slash - name)))
			return true;
	return bytecode_suspect(name, (size_t)(end - name));
}

bool screen_lets_pass(const struct index_entry *e, const struct policy *p, struct matcher *m)
{
	struct policy_decision d = {.rejected = false};

	return !has_suspect(e) &&
	       (!m || (policy_decide(p, m, e->path, e->len, &d) == 0 && !d.rejected));
}

static bool is_clean(const struct screen *s, bool policy_named)
{
	struct index_walk w;
	int found = -1;

	if (index_walk_begin(&w, s->map.bytes, s->map.len, s->oid_size))
		while ((found = index_walk_next(&w)) == 1)
			if (!screen_lets_pass(&w.entry, s->policy, s->matcher) ||
				(strcmp(w.entry.path, policy_path) == 0 &&
					w.entry.stat != s->policy_entry && !policy_named))
				break;
	index_walk_end(&w);
	return found == 0;
}

bool screen_is_clean(const struct environment *env, const struct policy_files *files, bool allows)
{
	struct screen s = {.matcher = NULL};
	bool clean = find_repository(&s, env) &&
		     (!files->extend || add_file(&s, files->extend, NULL)) &&
		     (files->policy ? add_file(&s, files->policy, NULL) : add_staged(&s)) &&
		     (allows || !s.policy || !s.policy->allows);

	if (clean && s.policy && s.policy->adds)
		clean = (s.matcher = matcher_new()) != NULL;
	clean = clean && is_clean(&s, files->policy != NULL);
	io_unmap(&s.map);
	policy_free(s.policy);
	matcher_free(s.matcher);
	return clean;
}
