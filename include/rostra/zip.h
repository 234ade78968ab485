/* SPDX-License-Identifier: Apache-2.0 */
/* zip.h - a ZIP archive written into a buffer as it comes.  src/base/zip.c alone includes libarchive. */
#ifndef ROSTRA_ZIP_H
#define ROSTRA_ZIP_H

#include "rostra/buf.h"

struct zip;

/* Into `out`, which may be a stream.  NULL when there is no memory. */
struct zip *zip_open(struct buf *out, int64_t now_us);
/* A file of the archive, whole; false when it cannot be written. */
bool        zip_put(struct zip *z, const char *name, struct str content);
/* Ends the archive and frees it; false when it is not whole.  NULL is fine. */
bool        zip_close(struct zip **z);

#endif
