/* tessera_columns.h: reading a batch, one call a cell. Header only, C11 and C++17.
 *
 *   int c = tessera_column(schema, "age");             // once per batch; -1 when absent
 *   for (int64_t row = 0; row < batch->length; row++)
 *       if (!tessera_is_null(batch, c, row)) sum += tessera_int64(batch, c, row);
 *
 * All functions are [any-thread]. A column index must come from tessera_column (or be 0 to n_children - 1), a row lie in
 * 0 to length - 1; the type must be the column's own: tessera_format tells it. Text that is returned is borrowed from the
 * batch. Batches that the host lends have offset 0; these functions honour other offsets too.
 */
#ifndef TESSERA_COLUMNS_H
#define TESSERA_COLUMNS_H

#include "tessera.h"

#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The index of the column of that name, -1 when there is none. */
static inline int tessera_column(const struct ArrowSchema *schema, const char *name) {
    for (int64_t i = 0; i < schema->n_children; i++)
        if (strcmp(schema->children[i]->name, name) == 0) return (int)i;
    return -1;
}

/* The Arrow format of a column: "b", "l", "g", "u", "tdD" or "tsu:UTC". */
static inline const char *tessera_format(const struct ArrowSchema *schema, int column) {
    return schema->children[column]->format;
}

/* Non-zero when the cell has no value. */
static inline int tessera_is_null(const struct ArrowArray *batch, int column, int64_t row) {
    const struct ArrowArray *a = batch->children[column];
    const uint8_t *valid = (const uint8_t *)a->buffers[0];
    int64_t i = row + a->offset + batch->offset;
    return valid != NULL && ((valid[i >> 3] >> (i & 7)) & 1) == 0;
}

/* "l" and "tsu:UTC" (microseconds since 1970 UTC). 0 when null. */
static inline int64_t tessera_int64(const struct ArrowArray *batch, int column, int64_t row) {
    const struct ArrowArray *a = batch->children[column];
    return tessera_is_null(batch, column, row) ? 0 : ((const int64_t *)a->buffers[1])[row + a->offset + batch->offset];
}

/* "tdD": days since 1970-01-01. 0 when null. */
static inline int32_t tessera_date(const struct ArrowArray *batch, int column, int64_t row) {
    const struct ArrowArray *a = batch->children[column];
    return tessera_is_null(batch, column, row) ? 0 : ((const int32_t *)a->buffers[1])[row + a->offset + batch->offset];
}

/* "g". 0 when null. */
static inline double tessera_double(const struct ArrowArray *batch, int column, int64_t row) {
    const struct ArrowArray *a = batch->children[column];
    return tessera_is_null(batch, column, row) ? 0.0 : ((const double *)a->buffers[1])[row + a->offset + batch->offset];
}

/* "b": 0 or 1. 0 when null. */
static inline int tessera_bool(const struct ArrowArray *batch, int column, int64_t row) {
    const struct ArrowArray *a = batch->children[column];
    const uint8_t *bits = (const uint8_t *)a->buffers[1];
    int64_t i = row + a->offset + batch->offset;
    return tessera_is_null(batch, column, row) ? 0 : (bits[i >> 3] >> (i & 7)) & 1;
}

/* "u": the text, borrowed from the batch, without a terminator. Empty when null. */
static inline tessera_str tessera_text(const struct ArrowArray *batch, int column, int64_t row) {
    const struct ArrowArray *a = batch->children[column];
    tessera_str text = {NULL, 0};
    if (tessera_is_null(batch, column, row)) return text;
    const int32_t *offsets = (const int32_t *)a->buffers[1] + row + a->offset + batch->offset;
    text.data = (const char *)a->buffers[2] + offsets[0];
    text.length = (size_t)(offsets[1] - offsets[0]);
    return text;
}

/* A tessera_str of a C string that outlives its use. */
static inline tessera_str tessera_literal(const char *text) {
    tessera_str s = {text, strlen(text)};
    return s;
}

#ifdef __cplusplus
}
#endif

#endif /* TESSERA_COLUMNS_H */
