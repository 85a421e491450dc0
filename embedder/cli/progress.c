/* SPDX-License-Identifier: MIT */
/*
 * In: steps of long work. Out: a bar, or lines, on stderr.
 */
#include "embedder/cli/progress.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "embedder/util/text.h"
#include "embedder/util/cleanup.h"

#define BAR_WIDTH      24
#define REDRAW_MS      80
#define PLAIN_AFTER_MS 2000

static struct {
	const char *what; /* NULL: nothing is under way */
	size_t total, done;
	bool on_terminal;
	bool drawn;		     /* the bar is on the terminal now */
	long long started, drawn_at; /* milliseconds */
	size_t tenths; /* the last one, or ten seconds, that a plain line was printed for */
} progress;

static long long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static size_t terminal_columns(void)
{
	struct winsize size;

	return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col ? size.ws_col : 80;
}

/* A wrapped line could not be erased: cut it between two characters. */
static void put_line(char *line, size_t length)
{
	if (length >= terminal_columns()) {
		size_t end = terminal_columns() - 1;

		while (end && (line[end] & 0xc0) == 0x80)
			end--;
		line[end] = '\0';
	}
	fprintf(stderr, "\r%s\033[K", line);
	fflush(stderr);
	progress.drawn = true;
}

static void draw(const char *current, long long now)
{
	_cleanup_free_ char *name = text_printable(current), *line = NULL;
	size_t filled = progress.total ? progress.done * BAR_WIDTH / progress.total : 0;
	long long seconds = (now - progress.started) / 1000;
	char bar[BAR_WIDTH + 1];
	int length;

	memset(bar, '.', BAR_WIDTH);
	memset(bar, '#', filled);
	bar[BAR_WIDTH] = '\0';
	if (progress.total)
		length = asprintf(&line, "[%s] %zu/%zu %s  %lld:%02lld  %s", bar, progress.done,
				  progress.total, progress.what, seconds / 60, seconds % 60,
				  name ? name : "");
	else
		length = asprintf(&line, "%zu %s  %lld:%02lld  %s", progress.done, progress.what,
				  seconds / 60, seconds % 60, name ? name : "");
	if (length < 0) {
		line = NULL;
		return;
	}
	put_line(line, (size_t)length);
	progress.drawn_at = now;
}

/* Without a total there are no tenths: a line every ten seconds. */
static void print_plain(long long now)
{
	long long seconds = (now - progress.started) / 1000;
	size_t tenths = progress.total ? progress.done * 10 / progress.total : (size_t)seconds / 10;

	if (now - progress.started < PLAIN_AFTER_MS || tenths == progress.tenths)
		return;
	progress.tenths = tenths;
	if (progress.total)
		fprintf(stderr, "corebtf: %zu of %zu %s, %lld s\n", progress.done, progress.total,
			progress.what, seconds);
	else
		fprintf(stderr, "corebtf: %zu %s, %lld s\n", progress.done, progress.what, seconds);
}

bool progress_on_terminal(void)
{
	const char *terminal = getenv("TERM");

	return isatty(STDERR_FILENO) && terminal && *terminal && strcmp(terminal, "dumb") != 0;
}

void progress_start(const char *what, size_t total, bool is_shown)
{
	if (!is_shown)
		return;
	flockfile(stderr);
	memset(&progress, 0, sizeof(progress));
	progress.what = what;
	progress.total = total;
	progress.started = now_ms();
	progress.on_terminal = progress_on_terminal();
	funlockfile(stderr);
}

void progress_step(const char *current)
{
	flockfile(stderr);
	if (progress.what) {
		long long now = now_ms();

		progress.done++;
		if (!progress.on_terminal)
			print_plain(now);
		else if (now - progress.drawn_at >= REDRAW_MS || progress.done == progress.total)
			draw(current, now);
	}
	funlockfile(stderr);
}

void progress_show(const char *text)
{
	_cleanup_free_ char *line = progress_on_terminal() ? text_printable(text) : NULL;

	if (!line)
		return;
	flockfile(stderr);
	put_line(line, strlen(line));
	funlockfile(stderr);
}

void progress_hide(void)
{
	if (progress.drawn)
		fputs("\r\033[K", stderr);
	progress.drawn = false;
	progress.drawn_at = 0; /* the next step draws at once */
}

void progress_end(void)
{
	flockfile(stderr);
	progress_hide();
	progress.what = NULL;
	funlockfile(stderr);
}
