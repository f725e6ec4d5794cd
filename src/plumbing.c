#include "plumbing.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* git says that on lines of its own, which are not taken. */
static void add_trust(struct buf *out, const char *why)
{
	static const char words[] = "dubious ownership in repository at ";
	const char *at = strstr(why, words);

	if (!at)
		return;
	buf_adds(out, " (to trust it: git config --global --add safe.directory ");
	buf_adds(out, at + sizeof words - 1);
	buf_addc(out, ')');
}

int plumbing_failed(const char *refusal)
{
	/* What libgit2 says of it, and what lifts it. */
	static const char *const lifts[][2] = {
		{"'link'", "git update-index --no-split-index"},
		{"'sdir'", "git sparse-checkout reapply --no-sparse-index"},
		{"checksum", "git -c index.skipHash=false update-index --force-write-index"},
		{"refstorage",
			"git refs migrate --ref-format=files, from git 2.48 on, once there is "
			"no linked work tree"},
	};
	struct buf why = BUF_INIT;
	size_t i;

	buf_adds(&why, error_message());
	add_trust(&why, error_message());
	for (i = 0; i < sizeof lifts / sizeof *lifts; i++) {
		if (!strstr(refusal, lifts[i][0]))
			continue;
		buf_adds(&why, " (to do without it: ");
		buf_adds(&why, lifts[i][1]);
		buf_addc(&why, ')');
		break;
	}
	if (buf_failed(&why) == 0)
		error_set("%s; nor can git: %s", refusal, why.ptr);
	buf_free(&why);
	return -1;
}

/* Asks git rev-parse, before it is known which repository it is. */
static int ask(
	struct buf *out, const struct repository *r, const char *start, const char *const *options)
{
	const char *args[12];
	struct exec e;
	size_t n = 0;

	if (r->elsewhere) {
		args[n++] = "-C";
		args[n++] = start;
		args[n++] = "-c";
		args[n++] = "safe.directory=*";
	}
	args[n++] = "rev-parse";
	while (*options && n + 1 < sizeof args / sizeof *args)
		args[n++] = *options++;
	args[n] = NULL;
	repository_exec(&e, r, args);
	buf_clear(out);
	if (exec_must(out, &e, NULL) < 0)
		return -1;
	if (out->len)
		buf_cut(out, out->len - 1);
	return buf_failed(out);
}

/* The path with a slash at its end. */
static int take_directory(char **out, const char *path)
{
	struct buf dir = BUF_INIT;

	buf_adds(&dir, path);
	if (!dir.len || dir.ptr[dir.len - 1] != '/')
		buf_addc(&dir, '/');
	*out = buf_take(&dir);
	return *out ? 0 : -1;
}

/* The real path of `path`, which is relative to `base`, or to the working directory. */
static int take_real(char **out, const char *base, const char *path)
{
	struct buf whole = BUF_INIT;
	char *real = NULL;
	int status = -1;

	if (base && *path != '/')
		buf_addf(&whole, "%s/", base);
	buf_adds(&whole, path);
	if (buf_failed(&whole) == 0) {
		real = realpath(whole.ptr, NULL);
		status = real ? take_directory(out, real) :
				error_os(errno, "cannot find directory '%s'", whole.ptr);
	}
	free(real);
	buf_free(&whole);
	return status;
}

/* The answer may be relative to where git runs: only from 2.31 on there is
 * --path-format=absolute. */
static int ask_for_directory(
	char **out, const struct repository *r, const char *start, const char *option)
{
	const char *const options[] = {option, NULL};
	struct buf path = BUF_INIT;
	int status = ask(&path, r, start, options);

	if (status == 0)
		status = take_real(out, r->elsewhere ? start : NULL, path.ptr);
	buf_free(&path);
	return status;
}

/* A bare repository has no work tree; nor has one, for git, that we stand inside of. */
static int find_top(struct repository *r, const char *start, bool bare)
{
	if (bare)
		return 0;
	if (ask_for_directory(&r->top, r, start, "--show-toplevel") < 0 &&
		!strstr(error_message(), "work tree"))
		return -1;
	return 0;
}

/* Two words, and a path, which may hold anything. */
static int take_facts(struct repository *r, const char *text, bool *bare)
{
	static const char *const bares[] = {"false\n", "true\n"};
	static const char *const formats[] = {"sha1\n", "sha256\n"};
	static const size_t sizes[] = {OID_SHA1, OID_SHA256};
	size_t i;

	*bare = strncmp(text, bares[1], strlen(bares[1])) == 0;
	if (strncmp(text, bares[*bare], strlen(bares[*bare])) != 0)
		return error_set("its answer is '%s'", text);
	text += strlen(bares[*bare]);
	for (i = 0; i < 2; i++) {
		if (strncmp(text, formats[i], strlen(formats[i])) != 0)
			continue;
		r->oid_size = sizes[i];
		return take_directory(&r->dir, text + strlen(formats[i]));
	}
	return error_set("its object format is unknown here, or git is too old to tell it");
}

static int find(struct repository *r, const char *start)
{
	static const char *const options[] = {
		"--is-bare-repository", "--show-object-format", "--absolute-git-dir", NULL};
	struct buf text = BUF_INIT;
	char *dir = NULL;
	bool bare;
	int status = ask(&text, r, start, options);

	if (status == 0)
		status = take_facts(r, text.ptr, &bare);
	buf_free(&text);
	if (status != 0)
		return -1;
	dir = r->dir; /* while it is not set, git goes by the environment */
	r->dir = NULL;
	if (ask_for_directory(&r->common, r, start, "--git-common-dir") < 0 ||
		find_top(r, start, bare) < 0)
		status = -1;
	r->dir = dir;
	return status;
}

int plumbing_find(struct repository *r, const char *start)
{
	char *refusal = strdup(error_message());
	int status = refusal ? find(r, start) : error_oom();

	if (status < 0 && refusal)
		plumbing_failed(refusal);
	free(refusal);
	return status;
}

int plumbing_ignores_case(const struct repository *r, bool *out)
{
	static const char *const args[] = {
		"config", "--type=bool", "--get", "core.ignoreCase", NULL};
	struct buf value = BUF_INIT;
	struct exec e;
	int status;

	repository_exec(&e, r, args);
	status = exec_ask(&value, &e);

	*out = status == 0 && strcmp(value.ptr, "true") == 0;
	buf_free(&value);
	return status < 0 ? error_prefix("cannot read core.ignoreCase") : 0;
}
