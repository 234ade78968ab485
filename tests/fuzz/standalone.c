/* SPDX-License-Identifier: Apache-2.0 */
/*
 * standalone.c - runs a fuzz target over its corpus where there is no libFuzzer: "fuzz_NAME" reads
 * tests/fuzz/corpus/NAME, or the files and folders it is given. Prints what cmocka would.
 */
#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { PATH_SIZE = 4096, INPUT_MAX = 1 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int
fail(const char *path)
{
	fprintf(stderr, "%s: %s\n", path, strerror(errno));
	return -1;
}

/* A buffer of exactly the file's size, so that a sanitizer sees the first byte behind it. */
static int
run_file(const char *path, long size)
{
	FILE *f = fopen(path, "rb");
	uint8_t *bytes = malloc((size_t)size + (size == 0));
	int n = -1;

	if (f != NULL && bytes != NULL && fread(bytes, 1, (size_t)size, f) == (size_t)size) {
		printf("[ RUN      ] %s\n", path);
		(void)fflush(stdout);
		(void)LLVMFuzzerTestOneInput(bytes, (size_t)size);
		n = 1;
	}
	if (f != NULL)
		fclose(f);
	free(bytes);
	return n < 0 ? fail(path) : n;
}

/* How many inputs were run; -1 when one could not be read. */
static int
run_path(const char *path)
{
	struct stat st;
	struct dirent **names;
	int n, ran = 0;

	if (stat(path, &st) != 0)
		return fail(path);
	if (!S_ISDIR(st.st_mode))
		return st.st_size <= INPUT_MAX ? run_file(path, (long)st.st_size) : 0;
	n = scandir(path, &names, NULL, alphasort);
	if (n < 0)
		return fail(path);
	for (int i = 0; i < n; i++) {
		char file[PATH_SIZE];

		snprintf(file, sizeof(file), "%s/%s", path, names[i]->d_name);
		if (names[i]->d_name[0] != '.' && ran >= 0) {
			int one = run_path(file);

			ran = one < 0 ? -1 : ran + one;
		}
		free(names[i]);
	}
	free(names);
	return ran;
}

static int
run_corpus(const char *program)
{
	const char *source = getenv("TEST_SOURCE"), *name = strstr(program, "fuzz_");
	char path[PATH_SIZE];

	for (const char *next = name; next != NULL; next = strstr(next + 1, "fuzz_"))
		name = next;
	if (name == NULL)
		return -1;
	snprintf(path, sizeof(path), "%s/tests/fuzz/corpus/%s", source != NULL ? source : ".",
	         name + sizeof("fuzz_") - 1);
	return run_path(path);
}

int
main(int argc, char **argv)
{
	int ran = argc > 1 ? 0 : run_corpus(argv[0]);

	for (int i = 1; i < argc && ran >= 0; i++) {
		int one = run_path(argv[i]);

		ran = one < 0 ? -1 : ran + one;
	}
	if (ran <= 0) {
		printf("[  FAILED  ] 1 test(s)\n");
		return EXIT_FAILURE;
	}
	printf("[  PASSED  ] %d test(s).\n", ran);
	return EXIT_SUCCESS;
}
