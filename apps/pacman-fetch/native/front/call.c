/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "call.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PART ".part"

/* As 'Number.MAX_SAFE_INTEGER', which means no limit for the process that downloads. */
#define NO_LIMIT ((1ULL << 53) - 1)

static int ends_with(const char *text, const char *end)
{
	size_t length = strlen(text), size = strlen(end);
	return length > size && !strcmp(text + length - size, end);
}

/* Without redundant slashes, as in messages about it. Characters other than ASCII need a locale to
 * be shown. */
static int read_file(struct call *call, const char *given)
{
	size_t length = 0;
	if (given[0] != '/')
		return -1;
	for (; *given; given++) {
		if (*given < ' ' || *given > '~' || length + 1 >= sizeof(call->file))
			return -1;
		if (*given != '/' || length == 0 || call->file[length - 1] != '/')
			call->file[length++] = *given;
	}
	call->file[length] = '\0';
	return 0;
}

/* Names of packages, databases and signatures. Other names may need more than ASCII to be shown. */
static int read_name(struct call *call)
{
	static const char plain[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.+_@:~-";
	call->part = strrchr(call->file, '/') + 1;
	size_t length = strlen(call->part);
	if (!ends_with(call->part, PART) || strspn(call->part, plain) != length)
		return -1;
	length -= strlen(PART);
	if (length >= sizeof(call->name) || call->part[0] == '.')
		return -1;
	memcpy(call->name, call->part, length);
	call->name[length] = '\0';
	return 0;
}

/* The same table as src/one-file/limits.ts. */
static void read_limits(struct call *call)
{
	call->is_signature = ends_with(call->name, ".sig");
	int is_database = ends_with(call->name, ".db") || ends_with(call->name, ".files");
	call->may_resume = !call->is_signature && !is_database;
	call->max_bytes = call->is_signature ? 16 << 10 : is_database ? 128 << 20 : NO_LIMIT;
}

/* URL parsers read a name whose last label begins with a digit as an address, which may be written
 * in many ways. */
static int is_plain_host(const char *host)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789.-";
	struct in_addr address;
	char written[INET_ADDRSTRLEN];
	const char *label = strrchr(host, '.');
	label = label ? label + 1 : host;
	if (host[0] == '\0' || strspn(host, letters) != strlen(host) || label[0] == '\0')
		return 0;
	/* Names in Punycode are left to the URL parser. */
	if (strstr(host, "xn--"))
		return 0;
	if (label[0] < '0' || label[0] > '9')
		return 1;
	return inet_pton(AF_INET, host, &address) == 1 &&
	       inet_ntop(AF_INET, &address, written, sizeof(written)) && !strcmp(written, host);
}

/* A port other than the default: digits without leading zeros. 0 for any other text. */
static long port_of(const char *text)
{
	size_t digits = strspn(text, "0123456789");
	if (digits == 0 || digits > 5 || text[digits] || text[0] == '0')
		return 0;
	long port = strtol(text, NULL, 10);
	return port > 65535 ? 0 : port;
}

static int is_plain_path(const char *path)
{
	for (; *path; path++)
		if (*path <= ' ' || *path > '~' || strchr("\"<>\\^`{|}#", *path))
			return 0;
	return 1;
}

static int read_url(struct call *call, uint32_t options)
{
	int is_secure = !strncmp(call->url, "https://", 8);
	if (!is_secure && strncmp(call->url, "http://", 7))
		return -1;
	const char *scheme = is_secure ? "https" : "http";
	long default_port = is_secure ? 443 : 80, port = default_port;
	const char *host = call->url + strlen(scheme) + 3;
	size_t length = strcspn(host, "/");
	if (strlen(call->url) > WIRE_MAX_URL || host[length] != '/' ||
		length >= sizeof(call->host) || !is_plain_path(host + length))
		return -1;
	memcpy(call->host, host, length);
	call->host[length] = '\0';
	char *colon = strchr(call->host, ':');
	if (colon) {
		port = port_of(colon + 1);
		/* The URL parser leaves the default port out. */
		if (port == 0 || port == default_port)
			return -1;
		*colon = '\0';
	}
	int is_plain = is_plain_host(call->host);
	if (colon)
		*colon = ':';
	int written = snprintf(call->key, sizeof(call->key), "%s-%hu-%08" PRIx32, scheme,
		(unsigned short)port, options);
	return is_plain && written > 0 && (size_t)written < sizeof(call->key) ? 0 : -1;
}

/* FNV-1a. One pacman has one XferCommand: two with different options are an accident, and not an
 * attack. */
#define HASH_START 2166136261U

static uint32_t hash(uint32_t before, const char *text)
{
	do
		before = (before ^ (unsigned char)*text) * 16777619U;
	while (*text++);
	return before;
}

/* Options that are the same for each file. Returns the number of the first argument after them. */
static int skip_options(int at, int argc, char **argv, struct call *call, uint32_t *options)
{
	static const char *const with_value[] = {"--config", "--cacert"};
	while (at < argc) {
		const int is_from_cache = call->is_xfer && !strcmp(argv[at], "--from-cache");
		const int is_without_bar = call->is_xfer && !strcmp(argv[at], "--noprogressbar");
		int count = is_from_cache || is_without_bar ||
			    !strcmp(argv[at], "--disable-download-timeout");
		call->takes_from_cache |= is_from_cache;
		call->has_no_bar |= is_without_bar;
		for (size_t i = 0; i < sizeof(with_value) / sizeof(with_value[0]); i++)
			if (!strcmp(argv[at], with_value[i]) && at + 1 < argc &&
				argv[at + 1][0] == '/')
				count = 2;
		if (count == 2 && !strcmp(argv[at], "--config"))
			call->config = argv[at + 1];
		if (!count)
			break;
		for (; count > 0; count--)
			*options = hash(*options, argv[at++]);
	}
	return at;
}

/* FILE of "xfer": the last part of the URL, in this directory. A name that must be decoded is left
 * to Node. */
static int place_of(const char *url, char *path, size_t size)
{
	const char *name = strrchr(url, '/');
	if (!name || strchr(url, '?') || !getcwd(path, size))
		return -1;
	const size_t length = strlen(path);
	const int written = snprintf(path + length, size - length, "%s" PART, name);
	return written > 0 && (size_t)written < size - length ? 0 : -1;
}

/* The process that downloads gets the same options as for "-o". */
static int read_xfer(int argc, char **argv, struct call *call)
{
	static char path[PATH_MAX];
	static char output[] = "-o";
	static char *arguments[CALL_MAX_ARGUMENTS + 1];
	uint32_t options = HASH_START;
	call->is_xfer = 1;
	const int first = skip_options(2, argc, argv, call, &options);
	if (argc != first + 1 || argc + 1 > CALL_MAX_ARGUMENTS)
		return -1;
	call->url = argv[first];
	int count = 0;
	for (int at = 2; at < first; at++)
		if (strcmp(argv[at], "--from-cache") && strcmp(argv[at], "--noprogressbar"))
			arguments[count++] = argv[at];
	arguments[count++] = output;
	arguments[count++] = path;
	arguments[count] = argv[first];
	call->arguments = arguments;
	if (place_of(call->url, path, sizeof(path)) || read_file(call, path) || read_name(call) ||
		read_url(call, options))
		return -1;
	read_limits(call);
	/* Node asks whether a database has changed. */
	return call->is_signature || call->may_resume ? 0 : -1;
}

int call_read(int argc, char **argv, struct call *call)
{
	uint32_t options = HASH_START;
	if (argc > 1 && !strcmp(argv[1], "xfer"))
		return read_xfer(argc, argv, call);
	const int first = skip_options(1, argc, argv, call, &options);
	if (argc != first + 3 || strcmp(argv[first], "-o"))
		return -1;
	call->arguments = argv + 1;
	call->url = argv[first + 2];
	if (read_file(call, argv[first + 1]) || read_name(call) || read_url(call, options))
		return -1;
	read_limits(call);
	return 0;
}
