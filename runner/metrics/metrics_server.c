/* SPDX-License-Identifier: MIT */
/*
 * In: requests. Out: the page at /metrics. libmicrohttpd reads and writes HTTP; connections, their
 * memory and their time are bounded here.
 */
#include "runner/metrics/metrics_server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <stdlib.h>

#include "embedder/util/byte_buffer.h"
#include "embedder/util/cleanup.h"
#include "runner/metrics/listen_address.h"
#include "runner/metrics/metrics.h"

#define CONNECTIONS_MAX	   16
#define CONNECTION_SECONDS 10
#define CONNECTION_MEMORY  (16 * 1024) /* a longer request is refused */

struct metrics_server {
	struct MHD_Daemon *daemon;
	struct metrics *metrics;
	char address[INET6_ADDRSTRLEN + 16];
};

static enum MHD_Result answer(struct MHD_Connection *connection, unsigned status, const char *type,
			      void *text, size_t size, enum MHD_ResponseMemoryMode mode)
{
	struct MHD_Response *response = MHD_create_response_from_buffer(size, text, mode);
	enum MHD_Result result;

	if (!response) {
		if (mode == MHD_RESPMEM_MUST_FREE)
			free(text);
		return MHD_NO;
	}
	MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
	if (status == MHD_HTTP_METHOD_NOT_ALLOWED)
		MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, "GET, HEAD");
	result = MHD_queue_response(connection, status, response);
	MHD_destroy_response(response);
	return result;
}

static enum MHD_Result answer_text(struct MHD_Connection *connection, unsigned status,
				   const char *text)
{
	return answer(connection, status, "text/plain; charset=utf-8", (void *)text, strlen(text),
		      MHD_RESPMEM_MUST_COPY);
}

static enum MHD_Result handle(void *context, struct MHD_Connection *connection, const char *url,
			      const char *method, const char *version, const char *data,
			      size_t *data_size, void **state)
{
	struct metrics_server *server = context;
	struct byte_buffer page = {0};
	struct reason why = {""};

	if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0) {
		/* the first call of two is before the body: it may be refused then */
		return answer_text(connection, MHD_HTTP_METHOD_NOT_ALLOWED, "GET or HEAD\n");
	}
	if (strcmp(url, "/") == 0)
		return answer_text(connection, MHD_HTTP_OK, "The metrics are at /metrics\n");
	if (strcmp(url, "/metrics") != 0)
		return answer_text(connection, MHD_HTTP_NOT_FOUND, "The metrics are at /metrics\n");
	if (metrics_render(server->metrics, &page, &why)) {
		byte_buffer_free(&page);
		return answer_text(connection, MHD_HTTP_INTERNAL_SERVER_ERROR, why.text);
	}
	return answer(connection, MHD_HTTP_OK, "text/plain; version=0.0.4; charset=utf-8",
		      page.data, page.size, MHD_RESPMEM_MUST_FREE);
}

void metrics_server_stop(struct metrics_server *server)
{
	if (!server)
		return;
	if (server->daemon)
		MHD_stop_daemon(server->daemon);
	free(server);
}

static void cleanup_server(struct metrics_server **server)
{
	metrics_server_stop(*server);
}

/* A listening socket of our own: so a failure has its errno, whichever libmicrohttpd this is.
 * @is_shared: beside the runner that this one replaces. */
static int listen_at(const union listen_address *address, bool is_shared)
{
	socklen_t size =
		address->any.sa_family == AF_INET6 ? sizeof(address->v6) : sizeof(address->v4);
	int fd = socket(address->any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int on = 1, err;

	if (fd < 0)
		return -errno;
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) ||
	    (is_shared && setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on))) ||
	    bind(fd, &address->any, size) || listen(fd, CONNECTIONS_MAX)) {
		err = -errno;
		close(fd);
		return err;
	}
	return fd;
}

static void print_address(struct metrics_server *server, int fd)
{
	union listen_address address = {0};
	socklen_t size = sizeof(address);
	char host[INET6_ADDRSTRLEN] = "";
	bool is_6;

	getsockname(fd, &address.any, &size);
	is_6 = address.any.sa_family == AF_INET6;
	inet_ntop(address.any.sa_family,
		  is_6 ? (const void *)&address.v6.sin6_addr : &address.v4.sin_addr, host,
		  sizeof(host));
	snprintf(server->address, sizeof(server->address), is_6 ? "[%s]:%u" : "%s:%u", host,
		 ntohs(is_6 ? address.v6.sin6_port : address.v4.sin_port));
}

int metrics_server_start(struct metrics_server **ret, struct metrics *metrics, const char *text,
			 bool is_shared, struct reason *why)
{
	_cleanup_(cleanup_server) struct metrics_server *server = calloc(1, sizeof(*server));
	union listen_address address;
	int fd, err = listen_address_parse(text, &address, why);

	if (err)
		return err;
	if (!server)
		return reason_errno(why, -ENOMEM, "server of metrics");
	server->metrics = metrics;
	fd = listen_at(&address, is_shared);
	if (fd < 0)
		return reason_set(why, fd, "cannot listen on %.100s: %s", text, strerror(-fd));
	print_address(server, fd);
	server->daemon = MHD_start_daemon(
		MHD_USE_EPOLL, 0, NULL, NULL, handle, server, MHD_OPTION_LISTEN_SOCKET, fd,
		MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS_MAX,
		MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)CONNECTION_SECONDS,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY, MHD_OPTION_END);
	if (!server->daemon) {
		close(fd);
		return reason_set(why, -EIO, "cannot serve on %.100s", text);
	}
	*ret = TAKE_PTR(server);
	return 0;
}

int metrics_server_fd(const struct metrics_server *server)
{
	const union MHD_DaemonInfo *info =
		MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_EPOLL_FD);

	return info ? info->epoll_fd : -1;
}

void metrics_server_run(struct metrics_server *server)
{
	MHD_run(server->daemon);
}

const char *metrics_server_address(const struct metrics_server *server)
{
	return server->address;
}
