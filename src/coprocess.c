#include "coprocess.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "child.h"
#include "io.h"

#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0 /* there a socket has an option for it */
#endif

static int never_signal(int fd)
{
#ifdef SO_NOSIGPIPE
	int on = 1;

	if (setsockopt(fd, SOL_SOCKET, SO_NOSIGPIPE, &on, sizeof on) < 0)
		return error_os(errno, "cannot set up a socket");
#else
	(void)fd;
#endif
	return 0;
}

static int start(struct coprocess *c, int theirs, const char *const argv[], char **variables)
{
	int fds[] = {theirs, theirs, -1};

	c->complaint = tmpfile();
	if (!c->complaint)
		return error_os(errno, "cannot make a temporary file");
	fds[2] = fileno(c->complaint);
	if (never_signal(c->fd) < 0 || child_spawn(&c->pid, argv, variables, fds) < 0) {
		fclose(c->complaint);
		return -1;
	}
	c->name = argv[0];
	return 0;
}

int coprocess_start(struct coprocess *c, const char *const argv[], char **variables)
{
	int ends[2], status;

	memset(c, 0, sizeof *c);
	if (child_socket(ends) < 0)
		return -1;
	c->fd = ends[0];
	status = start(c, ends[1], argv, variables);
	close(ends[1]);
	if (status < 0)
		close(c->fd);
	return status;
}

/* Its own words, when it left some. */
static int ended(const struct coprocess *c)
{
	struct buf err = BUF_INIT;
	int status;

	if (lseek(fileno(c->complaint), 0, SEEK_SET) < 0)
		return error_os(errno, "cannot read what '%s' says", c->name);
	status = child_read_all(&err, fileno(c->complaint), c->name);
	if (status == 0)
		child_git_failed(&err);
	buf_free(&err);
	return -1;
}

int coprocess_ask(struct coprocess *c, const char *text, size_t len)
{
	ssize_t n;

	for (; len; text += n, len -= (size_t)n) {
		n = send(c->fd, text, len, MSG_NOSIGNAL);
		if (n < 0 && errno == EINTR)
			n = 0;
		else if (n < 0)
			return ended(c);
	}
	return 0;
}

/* Reads at least one byte. */
static int read_some(struct coprocess *c, char *bytes, size_t max, size_t *len)
{
	ssize_t n;

	if (child_listen(c->fd, c->pid, c->name) < 0)
		return -1;
	n = io_read(c->fd, bytes, max);
	if (n < 0 && errno != ECONNRESET)
		return error_os(errno, "cannot read what '%s' says", c->name);
	*len = n > 0 ? (size_t)n : 0;
	return n > 0 ? 0 : ended(c);
}

int coprocess_line(struct coprocess *c, char *line, size_t size)
{
	size_t len = 0;

	for (;;) {
		if (c->at == c->end) {
			c->at = 0;
			if (read_some(c, c->read, sizeof c->read, &c->end) < 0) {
				c->end = 0;
				return -1;
			}
		}
		if (c->read[c->at] == '\n')
			break;
		if (len + 1 == size)
			return error_set("'%s' says something strange", c->name);
		line[len++] = c->read[c->at++];
	}
	c->at++;
	line[len] = '\0';
	return 0;
}

int coprocess_read(struct coprocess *c, char *bytes, size_t len)
{
	size_t n;

	while (len) {
		n = c->end - c->at;
		if (n) {
			n = n < len ? n : len;
			memcpy(bytes, c->read + c->at, n);
			c->at += n;
		} else if (read_some(c, bytes, len, &n) < 0) {
			return -1;
		}
		bytes += n;
		len -= n;
	}
	return 0;
}

void coprocess_stop(struct coprocess *c)
{
	if (!c->name)
		return;
	shutdown(c->fd, SHUT_RDWR);
	close(c->fd);
	while (waitpid(c->pid, NULL, 0) < 0 && errno == EINTR)
		;
	fclose(c->complaint);
	memset(c, 0, sizeof *c);
}
