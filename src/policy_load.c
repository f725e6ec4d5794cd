#include "policy_load.h"

#include <errno.h>

#include "buf.h"
#include "io.h"

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

static int make(struct policy **out, const struct buf *text, const char *origin, bool caseless)
{
	struct policy *p = policy_new(caseless);

	if (!p)
		return -1;
	if (text && policy_add(p, text->ptr, text->len, origin) < 0) {
		policy_free(p);
		return -1;
	}
	*out = p;
	return 0;
}

int policy_read(struct buf *text, const char *file)
{
	if (io_read_file(text, file, 0, POLICY_MAX_BYTES) < 0)
		return error_os(errno, "cannot read policy '%s'", file);
	return buf_failed(text);
}

int policy_load_file(struct policy **out, const char *file, bool caseless)
{
	struct buf text = BUF_INIT;
	int status = policy_read(&text, file);

	*out = NULL;
	if (status == 0)
		status = make(out, &text, file, caseless);
	buf_free(&text);
	return status;
}

int policy_load_snapshot(struct policy **out, struct snapshot *s, bool caseless)
{
	struct entry e;
	int found = snapshot_find(s, policy_path, &e);

	*out = NULL;
	return found < 0 ? -1 : policy_load_entry(out, s, found ? &e : NULL, caseless);
}

int policy_load_entry(struct policy **out, struct snapshot *s, const struct entry *e, bool caseless)
{
	struct buf text = BUF_INIT;
	int status;

	*out = NULL;
	if (!e)
		return make(out, NULL, NULL, caseless);
	if (e->mode == MODE_LINK)
		return error_set("cannot read policy '%s': it is a symbolic link", policy_path);
	status = snapshot_read(s, e, add_piece, &text);
	if (status == 1)
		status = error_set("it is too large");
	if (status == 0)
		status = make(out, &text, policy_path, caseless);
	else
		error_prefix("cannot read policy '%s'", policy_path);
	buf_free(&text);
	return status;
}
