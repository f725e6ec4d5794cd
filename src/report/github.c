/*
 * Annotations of GitHub Actions (and of Gitea's and Forgejo's), one line a finding:
 *
 *     ::error file=PATH,title=TITLE::MESSAGE
 *
 * The runner decodes %25 %0D %0A, and in a property %3A %2C too (actions/runner, ActionCommand.cs);
 * no other byte can be written as another. So a path with other control characters, or that is not
 * UTF-8, has U+FFFD for them: the annotation then stands at no file, and MESSAGE names it.
 */
#include "report/report.h"

static void escape(struct buf *out, const char *text, size_t len, const char *special)
{
	for (size_t i = 0, n; i < len; i += n) {
		n = utf8_showable(text + i, len - i);
		if (n > 1 || (n && !strchr(special, text[i]))) {
			buf_add(out, text + i, n);
		} else if (n || strchr("\r\n", text[i])) {
			buf_addf(out, "%%%02X", (unsigned char)text[i]);
			n = 1;
		} else {
			buf_adds(out, "\xef\xbf\xbd");
			n = utf8_length(text + i, len - i);
			n = n ? n : 1;
		}
	}
}

void report_github(struct buf *out, const struct report *r)
{
	struct buf message = BUF_INIT;

	for (size_t i = 0; i < r->findings->count; i++) {
		const struct finding *f = &r->findings->items[i];
		enum severity severity = report_severity(r, f);

		buf_clear(&message);
		report_name(&message, "", f->path, ": ");
		report_sentence(&message, r, f);
		buf_addf(out, "::%s file=",
			severity == SEVERITY_NOTE ? "notice" : severity_name(severity));
		escape(out, f->path, f->path_len, "%:,");
		buf_addf(out, ",title=pycguard %s::", rule_text(f->rule)->id);
		escape(out, message.ptr, message.len, "%");
		buf_addc(out, '\n');
	}
	buf_free(&message);
}
