#include "screen.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bytecode.h"
#include "index_file.h"
#include "plain_config.h"
#include "policy_load.h"
#include "raw_index.h"
#include "sha1.h"
#include "snapshot.h"

struct screen {
	struct index_file index;
	struct policy *policies[2]; /* caseful, caseless; NULL: the built-in lines only */
	struct matcher *matcher;    /* for these; NULL when no line of the user's rejects */
	bool policy_sought;         /* as far as .pycguard can be in the index */
	bool policy_unknown;        /* it is staged, and not known to be the one on disk */
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

static bool has_plain_config(void)
{
	struct buf text = BUF_INIT;
	bool plain = is_file(".git/config") && policy_read(&text, ".git/config") == 0 &&
		     plain_config(text.ptr, text.len);

	buf_free(&text);
	return plain;
}

static bool is_plain_repository(const struct environment *env)
{
	if (env->git_dir || env->git_work_tree || env->git_object_dir || env->git_alternates)
		return false;
	return is_our_dir(".") && is_our_dir(".git") && is_file(".git/HEAD") &&
	       is_dir(".git/objects") && is_dir(".git/refs") &&
	       access(".git/commondir", F_OK) < 0 && errno == ENOENT;
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

/* Whether git can have the object: loose, or in a pack or an alternate, which are not looked
 * into. */
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

static bool add_lines(struct screen *s, const struct buf *text, const char *origin)
{
	for (int caseless = 0; caseless < 2; caseless++) {
		struct policy **p = &s->policies[caseless];

		*p = policy_new(caseless);
		if (!*p || policy_add(*p, text->ptr, text->len, origin) < 0)
			return false;
	}
	return true;
}

/* Adds the lines of the staged .pycguard, read from the one on disk. */
static bool add_staged(struct screen *s, const struct raw_entry *e)
{
	struct buf text = BUF_INIT;
	bool good = e->stage == 0 && !e->intent_to_add && e->mode != MODE_LINK &&
		    e->mode != MODE_GITLINK && is_file(policy_path) &&
		    policy_read(&text, policy_path) == 0 && is_blob(&text, e->oid) &&
		    may_have_object(e->oid) && add_lines(s, &text, policy_path);

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
	s->policy_sought = order >= 0;
	return order < 0;
}

static bool load_policy(struct screen *s, const char *file)
{
	const struct policy_files files = {.policy = file};

	if (file)
		return policy_load(&s->policies[0], &files, NULL, false) == 0 &&
		       policy_load(&s->policies[1], &files, NULL, true) == 0;
	if (raw_index_each(s->index.map.bytes, s->index.map.len, find_policy, s))
		s->policy_sought = true;
	return s->policy_sought && !s->policy_unknown;
}

/* Whether a name in the path, less the directories that the entry before was in, is bytecode's. */
static bool has_suspect(const struct raw_entry *e)
{
	const char *name = e->path + e->fresh, *base = e->path + e->base, *slash;

	for (; name < base; name = slash + 1) {
		slash = memchr(name, '/', (size_t)(base - name));
		if (bytecode_suspect(name, (size_t)(slash - name)))
			return true;
	}
	return bytecode_suspect(base, e->len - e->base);
}

bool screen_lets_pass(
	const struct raw_entry *e, struct policy *const policies[2], struct matcher *m)
{
	return !has_suspect(e) &&
	       (!m || (policy_adds_path(policies[0], m, e->path, e->len) == 0 &&
			      policy_adds_path(policies[1], m, e->path, e->len) == 0));
}

static bool is_let_pass(void *arg, const struct raw_entry *e)
{
	struct screen *s = arg;

	return screen_lets_pass(e, s->policies, s->matcher);
}

static bool is_clean(struct screen *s, const char *policy)
{
	if (!has_plain_config() || !load_policy(s, policy))
		return false;
	if (s->policies[0] && policy_adds(s->policies[0])) {
		s->matcher = matcher_new();
		if (!s->matcher)
			return false;
	}
	return raw_index_each(s->index.map.bytes, s->index.map.len, is_let_pass, s);
}

static bool is_clean_and_whole(struct screen *s, const char *policy)
{
	return index_file_is_whole(&s->index, is_clean(s, policy));
}

bool screen_is_clean(const struct environment *env, const char *policy)
{
	const char *index = env->git_index_file ? env->git_index_file : ".git/index";
	struct screen s = {.matcher = NULL};
	bool clean = is_plain_repository(env) && index_file_open(&s.index, index, OID_SHA1) &&
		     is_clean_and_whole(&s, policy);

	index_file_close(&s.index);
	policy_free(s.policies[0]);
	policy_free(s.policies[1]);
	matcher_free(s.matcher);
	return clean;
}
