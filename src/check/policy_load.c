#include "check/policy_load.h"

#include <errno.h>
#include <sys/stat.h>

#include "base/io.h"

const char policy_path[] = ".pycguard";

/* One byte more than a policy may have is enough for policy_add to refuse it. */
static int add_piece(void *arg, const void *bytes, size_t len)
{
	struct buf *text = arg;

	buf_add(text, bytes, len);
	if (buf_failed(text) < 0)
		return -1;
	return text->len > POLICY_MAX_BYTES;
}

int policy_read(struct buf *text, const char *file)
{
	if (io_read_file(text, file, 0, POLICY_MAX_BYTES) < 0)
		return error_os(errno, "cannot read policy '%s'", file);
	return buf_failed(text);
}

static int add_file(struct policy *p, const char *file)
{
	struct buf text = BUF_INIT;
	int status = policy_read(&text, file);

	if (status == 0)
		status = policy_add(p, text.ptr, text.len, file);
	buf_free(&text);
	return status;
}

static int add_entry(struct policy *p, struct snapshot *s, const struct entry *e)
{
	struct buf text = BUF_INIT;
	int status;

	if (e->mode == MODE_LINK)
		return error_set("cannot read policy '%s': it is a symbolic link", policy_path);
	status = snapshot_read(s, e, add_piece, &text);
	if (status == 1)
		status = error_set("it is too large");
	p->limit = POLICY_TIME;
	if (status == 0)
		status = policy_add(p, text.ptr, text.len, policy_path);
	else
		error_prefix("cannot read policy '%s'", policy_path);
	buf_free(&text);
	return status;
}

/* The lines that do not depend on a snapshot. */
static int begin(struct policy **out, const struct policy_files *files, bool caseless)
{
	struct policy *p = *out = policy_new(caseless);

	if (!p || (files->extend && add_file(p, files->extend) < 0) ||
		(files->policy && add_file(p, files->policy) < 0))
		return -1;
	return 0;
}

static int finish(struct policy **out, int status)
{
	if (status == 0)
		return 0;
	policy_free(*out);
	*out = NULL;
	return -1;
}

int policy_load(
	struct policy **out, const struct policy_files *files, struct snapshot *s, bool caseless)
{
	struct entry e;
	int found = s && !files->policy ? snapshot_find(s, policy_path, &e) : 0;

	*out = NULL;
	return found < 0 ? -1 : policy_load_entry(out, files, s, found ? &e : NULL, caseless);
}

int policy_load_entry(struct policy **out, const struct policy_files *files, struct snapshot *s,
	const struct entry *e, bool caseless)
{
	int status = begin(out, files, caseless);

	if (status == 0 && e && !files->policy)
		status = add_entry(*out, s, e);
	return finish(out, status);
}

int policy_load_disk(
	struct policy **out, const struct policy_files *files, const char *file, bool caseless)
{
	int status = begin(out, files, caseless);
	struct stat st;

	if (status < 0 || files->policy)
		return finish(out, status);
	if (lstat(file, &st) < 0) {
		if (errno != ENOENT)
			status = error_os(errno, "cannot read policy '%s'", file);
	} else if (!S_ISREG(st.st_mode)) {
		status = error_set("cannot read policy '%s': %s", file,
			S_ISLNK(st.st_mode) ? "it is a symbolic link" : "not a regular file");
	} else {
		(*out)->limit = POLICY_TIME;
		status = add_file(*out, file);
	}
	return finish(out, status);
}
