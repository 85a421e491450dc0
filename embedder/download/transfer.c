/* SPDX-License-Identifier: MIT */
/*
 * libcurl is loaded when it is needed: with all the libraries that it needs it takes longer to load
 * than most commands take in all. LIBCURL_SONAME is the name of the library that the headers belong
 * to; without it, the command was built without libcurl.
 */
#include "embedder/download/transfer.h"

#ifndef LIBCURL_SONAME

int transfer_get(const char *url, bool https_only, const char *tag, size_t limit,
		 struct transfer *ret_transfer, struct reason *why)
{
	return reason_set(why, -EOPNOTSUPP,
			  "this corebtf was built without libcurl: download it "
			  "yourself, and give the file");
}

#else

#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>
#include <dlfcn.h>
#include <stdlib.h>
#include <strings.h>

#include "embedder/util/byte_buffer.h"

#define REDIRECTS_MAX	5L
#define CONNECT_SECONDS 20L
#define SLOW_SECONDS	30L /* with less than one byte a second */

#define FUNCTIONS(function)                                                                        \
	function(curl_easy_init);                                                                  \
	function(curl_easy_setopt);                                                                \
	function(curl_easy_perform);                                                               \
	function(curl_easy_getinfo);                                                               \
	function(curl_easy_cleanup);                                                               \
	function(curl_easy_strerror);                                                              \
	function(curl_slist_append);                                                               \
	function(curl_slist_free_all)

#undef curl_easy_setopt
#undef curl_easy_getinfo
#define DECLARE(name) __typeof__(name) *name##_
struct curl_functions {
	FUNCTIONS(DECLARE);
};

/* For tools that collect what a program needs, as for libarchive. */
#define NOTE_TEXT                                                                                  \
	"[{\"feature\":\"downloads\",\"description\":\"corebtf run URL\","                         \
	"\"priority\":\"suggested\",\"soname\":[\"" LIBCURL_SONAME "\"]}]"

static const struct {
	uint32_t name_size, text_size, type;
	char name[4];
	char text[sizeof(NOTE_TEXT)];
} note __attribute__((used, aligned(4), section(".note.dlopen"))) = {
	.name_size = 4,
	.text_size = sizeof(NOTE_TEXT),
	.type = 0x407c0c0a,
	.name = "FDO",
	.text = NOTE_TEXT,
};

static int load(struct curl_functions *curl, struct reason *why)
{
	void *library = dlopen(LIBCURL_SONAME, RTLD_NOW | RTLD_LOCAL);

	if (!library)
		return reason_set(why, -EOPNOTSUPP,
				  "it takes libcurl to read it, and that cannot be loaded: %s; "
				  "install it, or download the file yourself",
				  dlerror());
#define RESOLVE(function)                                                                          \
	curl->function##_ = (__typeof__(curl->function##_))dlsym(library, #function);              \
	if (!curl->function##_)                                                                    \
	return reason_set(why, -EOPNOTSUPP, "%s has no %s()", LIBCURL_SONAME, #function)
	FUNCTIONS(RESOLVE);
	return 0;
}

/* What comes. */
struct incoming {
	struct byte_buffer body;
	size_t limit;
	bool is_too_large;
	char tag[TRANSFER_TAG_MAX];
};

static size_t take_body(char *data, size_t size, size_t count, void *context)
{
	struct incoming *incoming = context;

	if (count > incoming->limit - incoming->body.size) {
		incoming->is_too_large = true;
		return 0;
	}
	byte_buffer_append(&incoming->body, data, count);
	return byte_buffer_failed(&incoming->body) ? 0 : count;
}

/* A new header begins with each redirect: the last ETag holds. */
static size_t take_header(char *data, size_t size, size_t count, void *context)
{
	struct incoming *incoming = context;
	size_t start = 5, end = count;

	if (count > 5 && strncasecmp(data, "HTTP/", 5) == 0)
		incoming->tag[0] = '\0';
	if (count <= 5 || strncasecmp(data, "etag:", 5) != 0)
		return count;
	while (start < end && (data[start] == ' ' || data[start] == '\t'))
		start++;
	while (end > start && (unsigned char)data[end - 1] <= ' ')
		end--;
	if (end - start < sizeof(incoming->tag)) {
		memcpy(incoming->tag, data + start, end - start);
		incoming->tag[end - start] = '\0';
	}
	for (char *at = incoming->tag; *at; at++) {
		if ((unsigned char)*at < ' ')
			incoming->tag[0] = '\0';
	}
	return count;
}

/* The certificates that the user names, as the command curl takes them. */
static const char *certificates(void)
{
	const char *file = getenv("CURL_CA_BUNDLE");

	return file && *file ? file : getenv("SSL_CERT_FILE");
}

static void set_options(const struct curl_functions *curl, CURL *handle, const char *url,
			bool https_only, struct incoming *incoming)
{
	if (certificates() && *certificates())
		curl->curl_easy_setopt_(handle, CURLOPT_CAINFO, certificates());
	curl->curl_easy_setopt_(handle, CURLOPT_URL, url);
	curl->curl_easy_setopt_(handle, CURLOPT_PROTOCOLS_STR, "http,https");
	curl->curl_easy_setopt_(handle, CURLOPT_REDIR_PROTOCOLS_STR,
				https_only ? "https" : "http,https");
	curl->curl_easy_setopt_(handle, CURLOPT_FOLLOWLOCATION, 1L);
	curl->curl_easy_setopt_(handle, CURLOPT_MAXREDIRS, REDIRECTS_MAX);
	curl->curl_easy_setopt_(handle, CURLOPT_CONNECTTIMEOUT, CONNECT_SECONDS);
	curl->curl_easy_setopt_(handle, CURLOPT_LOW_SPEED_LIMIT, 1L);
	curl->curl_easy_setopt_(handle, CURLOPT_LOW_SPEED_TIME, SLOW_SECONDS);
	curl->curl_easy_setopt_(handle, CURLOPT_NOSIGNAL, 1L);
	curl->curl_easy_setopt_(handle, CURLOPT_USERAGENT, "corebtf");
	curl->curl_easy_setopt_(handle, CURLOPT_WRITEFUNCTION, take_body);
	curl->curl_easy_setopt_(handle, CURLOPT_WRITEDATA, incoming);
	curl->curl_easy_setopt_(handle, CURLOPT_HEADERFUNCTION, take_header);
	curl->curl_easy_setopt_(handle, CURLOPT_HEADERDATA, incoming);
}

/* Returns the status of HTTP, or a negative errno value. */
static int perform(const struct curl_functions *curl, CURL *handle, struct incoming *incoming,
		   struct reason *why)
{
	char detail[CURL_ERROR_SIZE] = "";
	long status = 0;
	CURLcode result;

	curl->curl_easy_setopt_(handle, CURLOPT_ERRORBUFFER, detail);
	result = curl->curl_easy_perform_(handle);
	curl->curl_easy_setopt_(handle, CURLOPT_ERRORBUFFER, NULL);
	if (incoming->is_too_large)
		return reason_set(why, -EFBIG, "more than %zu bytes", incoming->limit);
	if (byte_buffer_failed(&incoming->body))
		return reason_set(why, -ENOMEM, "out of memory");
	if (result == CURLE_TOO_MANY_REDIRECTS || result == CURLE_UNSUPPORTED_PROTOCOL)
		return reason_set(why, -EPROTO,
				  "it leads to another place that is not followed: %s", detail);
	if (result != CURLE_OK)
		return reason_set(why, -EHOSTUNREACH, "cannot be downloaded: %s",
				  *detail ? detail : curl->curl_easy_strerror_(result));
	curl->curl_easy_getinfo_(handle, CURLINFO_RESPONSE_CODE, &status);
	return (int)status;
}

static int get(const struct curl_functions *curl, CURL *handle, const char *tag,
	       struct incoming *incoming, struct transfer *transfer, struct reason *why)
{
	char line[TRANSFER_TAG_MAX + 32];
	struct curl_slist *headers = NULL;
	int status;

	if (tag && *tag) {
		snprintf(line, sizeof(line), "If-None-Match: %s", tag);
		headers = curl->curl_slist_append_(NULL, line);
		curl->curl_easy_setopt_(handle, CURLOPT_HTTPHEADER, headers);
	}
	status = perform(curl, handle, incoming, why);
	curl->curl_slist_free_all_(headers);
	if (status < 0)
		return status;
	if (status == 304 && tag) {
		transfer->is_unchanged = true;
		return 0;
	}
	if (status != 200)
		return reason_set(why, -EPROTO, "the server answers with status %d", status);
	transfer->data = incoming->body.data;
	transfer->size = incoming->body.size;
	incoming->body = (struct byte_buffer){0};
	memcpy(transfer->tag, incoming->tag, sizeof(transfer->tag));
	return transfer->data ? 0 : reason_set(why, -EPROTO, "the server's answer is empty");
}

int transfer_get(const char *url, bool https_only, const char *tag, size_t limit,
		 struct transfer *ret_transfer, struct reason *why)
{
	struct incoming incoming = {.limit = limit};
	struct transfer transfer = {0};
	struct curl_functions curl = {0};
	CURL *handle;
	int err = load(&curl, why);

	if (err)
		return err;
	handle = curl.curl_easy_init_();
	if (!handle)
		return reason_set(why, -ENOMEM, "out of memory");
	set_options(&curl, handle, url, https_only, &incoming);
	err = get(&curl, handle, tag, &incoming, &transfer, why);
	curl.curl_easy_cleanup_(handle);
	byte_buffer_free(&incoming.body);
	if (!err)
		*ret_transfer = transfer;
	return err;
}

#endif
