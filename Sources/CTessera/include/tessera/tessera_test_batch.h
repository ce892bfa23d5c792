/* tessera_test_batch.h: batches for a plugin's tests, column by column, row by row. Header only, C11 and C++17. Included by
 * tessera_test.h; one thread at a time.
 *
 *   tessera_test_batch *batch = tessera_test_batch_new();
 *   tessera_test_reserved(batch);                        // $member, $key, $attempt, $arrived_at: columns 0 to 3
 *   int age = tessera_test_column(batch, "age", "l");    // columns come before the first row
 *   tessera_test_member(batch, "m1", now_us);            // a row with its reserved cells; all others are null until set
 *   tessera_test_set_int64(batch, age, 42);
 *   ... tessera_test_schema(batch), tessera_test_array(batch) ... tessera_test_batch_free(batch);
 *
 * Formats are those of tessera.h: "b", "l", "g", "u", "tdD", "tsu:UTC", and "json" for "u" with texts of JSON. As the
 * gateway does, a column without a null has no validity bitmap. Buffers are as long as they must be and not a byte longer, so
 * that a sanitizer sees who reads behind them. A setter sets a cell of the last row.
 */
#ifndef TESSERA_TEST_BATCH_H
#define TESSERA_TEST_BATCH_H

#include "tessera_columns.h"

#include <stdio.h>
#include <stdlib.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Memory for a test: never null, the test ends instead. */
static inline void *tessera_test_memory(void *old, size_t bytes) {
    void *memory = realloc(old, bytes > 0 ? bytes : 1);
    if (memory == NULL) {
        fputs("tessera_test: out of memory\n", stderr);
        abort();
    }
    return memory;
}

/* A copy, with a NUL behind it. */
static inline tessera_str tessera_test_copy(tessera_str text) {
    char *data = (char *)tessera_test_memory(NULL, text.length + 1);
    if (text.length > 0 && text.data != NULL) memcpy(data, text.data, text.length);
    data[text.length] = 0;
    tessera_str copy = {data, text.length};
    return copy;
}

static inline void tessera_test_free_text(tessera_str text) { free((void *)text.data); }

typedef struct tessera_test_cells {
    char *name;
    char format[8];
    int is_json, is_required;
    uint8_t *valid; /* a byte a row */
    uint8_t *values; /* 8 bytes a row; of texts the place of their end */
    char *bytes;     /* of texts */
    struct ArrowSchema schema;
    struct ArrowArray array;
    const void *buffers[3];
} tessera_test_cells;

typedef struct tessera_test_batch {
    size_t rows, columns;
    tessera_test_cells **cells;
    struct ArrowSchema schema, **schemas;
    struct ArrowArray array, **arrays;
    const void *buffers[1];
} tessera_test_batch;

static inline tessera_test_batch *tessera_test_batch_new(void) {
    tessera_test_batch *batch = (tessera_test_batch *)tessera_test_memory(NULL, sizeof *batch);
    memset(batch, 0, sizeof *batch);
    return batch;
}

static inline void tessera_test_batch_free(tessera_test_batch *batch) {
    for (size_t c = 0; c < batch->columns; c++) {
        tessera_test_cells *cells = batch->cells[c];
        for (int i = 0; i < 3; i++) free((void *)cells->buffers[i]);
        free(cells->name), free(cells->valid), free(cells->values), free(cells->bytes), free(cells);
    }
    free(batch->cells), free(batch->schemas), free(batch->arrays), free(batch);
}

/* Adds a column, before the first row. Gives its index. An unknown format is kept, its cells are null. */
static inline int tessera_test_column(tessera_test_batch *batch, const char *name, const char *format) {
    tessera_test_cells *cells = (tessera_test_cells *)tessera_test_memory(NULL, sizeof *cells);
    memset(cells, 0, sizeof *cells);
    cells->name = (char *)tessera_test_copy(tessera_literal(name)).data;
    cells->is_json = strcmp(format, "json") == 0;
    snprintf(cells->format, sizeof cells->format, "%s", cells->is_json ? "u" : format);
    batch->cells = (tessera_test_cells **)tessera_test_memory(batch->cells, (batch->columns + 1) * sizeof *batch->cells);
    batch->cells[batch->columns] = cells;
    return (int)batch->columns++;
}

/* Takes the mark ARROW_FLAG_NULLABLE from a column. */
static inline void tessera_test_require(tessera_test_batch *batch, int column) { batch->cells[column]->is_required = 1; }

/* Adds the four reserved columns. */
static inline void tessera_test_reserved(tessera_test_batch *batch) {
    tessera_test_require(batch, tessera_test_column(batch, TESSERA_COLUMN_MEMBER, "u"));
    tessera_test_require(batch, tessera_test_column(batch, TESSERA_COLUMN_KEY, "u"));
    tessera_test_require(batch, tessera_test_column(batch, TESSERA_COLUMN_ATTEMPT, "l"));
    tessera_test_require(batch, tessera_test_column(batch, TESSERA_COLUMN_ARRIVED_AT, "tsu:UTC"));
}

static inline size_t tessera_test_text_end(const tessera_test_cells *cells, size_t row) {
    uint64_t end;
    memcpy(&end, cells->values + row * 8, sizeof end);
    return (size_t)end;
}

/* Adds a row without values. Gives its number. */
static inline size_t tessera_test_row(tessera_test_batch *batch) {
    size_t row = batch->rows++;
    for (size_t c = 0; c < batch->columns; c++) {
        tessera_test_cells *cells = batch->cells[c];
        if ((row & (row - 1)) == 0) { /* doubles at each power of two */
            cells->valid = (uint8_t *)tessera_test_memory(cells->valid, (row > 0 ? row : 1) * 2);
            cells->values = (uint8_t *)tessera_test_memory(cells->values, (row > 0 ? row : 1) * 2 * 8);
        }
        uint64_t value = strcmp(cells->format, "u") == 0 && row > 0 ? tessera_test_text_end(cells, row - 1) : 0;
        cells->valid[row] = 0;
        memcpy(cells->values + row * 8, &value, 8);
    }
    return row;
}

/* Makes a cell of the last row null again. */
static inline void tessera_test_set_null(tessera_test_batch *batch, int column) {
    batch->cells[column]->valid[batch->rows - 1] = 0;
}

static inline void tessera_test_set_bytes(tessera_test_batch *batch, int column, const void *value, size_t size) {
    batch->cells[column]->valid[batch->rows - 1] = 1;
    memcpy(batch->cells[column]->values + (batch->rows - 1) * 8, value, size);
}

/* "l" and "tsu:UTC" */
static inline void tessera_test_set_int64(tessera_test_batch *batch, int column, int64_t value) {
    tessera_test_set_bytes(batch, column, &value, sizeof value);
}

/* "tdD": days since 1970-01-01 */
static inline void tessera_test_set_date(tessera_test_batch *batch, int column, int32_t value) {
    tessera_test_set_bytes(batch, column, &value, sizeof value);
}

/* "g" */
static inline void tessera_test_set_double(tessera_test_batch *batch, int column, double value) {
    tessera_test_set_bytes(batch, column, &value, sizeof value);
}

/* "b" */
static inline void tessera_test_set_bool(tessera_test_batch *batch, int column, int value) {
    uint8_t bit = value != 0;
    tessera_test_set_bytes(batch, column, &bit, sizeof bit);
}

/* "u", once for a cell */
static inline void tessera_test_set_text(tessera_test_batch *batch, int column, tessera_str text) {
    tessera_test_cells *cells = batch->cells[column];
    size_t start = batch->rows > 1 ? tessera_test_text_end(cells, batch->rows - 2) : 0;
    uint64_t end = start + text.length;
    cells->bytes = (char *)tessera_test_memory(cells->bytes, (size_t)end);
    if (text.length > 0) memcpy(cells->bytes + start, text.data, text.length);
    tessera_test_set_bytes(batch, column, &end, sizeof end);
}

/* Adds a row with its reserved cells, which are columns 0 to 3: the key of the member, an idempotency key made from it, the
 * first attempt, the arrival. */
static inline size_t tessera_test_member(tessera_test_batch *batch, const char *member, int64_t arrived_at_us) {
    size_t row = tessera_test_row(batch);
    uint64_t hash = UINT64_C(14695981039346656037); /* FNV-1a, for tests good enough */
    for (const char *c = member; *c; c++) hash = (hash ^ (uint8_t)*c) * UINT64_C(1099511628211);
    char key[33];
    snprintf(key, sizeof key, "%016llx%016llx", (unsigned long long)hash, (unsigned long long)~hash);
    tessera_test_set_text(batch, 0, tessera_literal(member));
    tessera_test_set_text(batch, 1, tessera_literal(key));
    tessera_test_set_int64(batch, 2, 1);
    tessera_test_set_int64(batch, 3, arrived_at_us);
    return row;
}

/* The columns in Arrow's layout, lent until the batch is changed or freed. */
static inline const struct ArrowSchema *tessera_test_schema(tessera_test_batch *batch) {
    static const char json[] = "\1\0\0\0\24\0\0\0ARROW:extension:name\12\0\0\0arrow.json";
    size_t size = (batch->columns + 1) * sizeof(void *);
    batch->schemas = (struct ArrowSchema **)tessera_test_memory(batch->schemas, size);
    for (size_t c = 0; c < batch->columns; c++) {
        tessera_test_cells *cells = batch->cells[c];
        memset(&cells->schema, 0, sizeof cells->schema);
        cells->schema.format = cells->format;
        cells->schema.name = cells->name;
        cells->schema.metadata = cells->is_json ? json : NULL;
        cells->schema.flags = cells->is_required ? 0 : ARROW_FLAG_NULLABLE;
        batch->schemas[c] = &cells->schema;
    }
    memset(&batch->schema, 0, sizeof batch->schema);
    batch->schema.format = "+s";
    batch->schema.name = "";
    batch->schema.n_children = (int64_t)batch->columns;
    batch->schema.children = batch->schemas;
    return &batch->schema;
}

/* Fills the Arrow buffers of one column. */
static inline void tessera_test_fill(tessera_test_cells *cells, size_t rows) {
    const char *format = cells->format;
    int is_text = format[0] == 'u', is_bits = format[0] == 'b';
    size_t width = is_text || strcmp(format, "tdD") == 0 ? 4 : 8, nulls = 0;
    for (size_t row = 0; row < rows; row++) nulls += cells->valid[row] == 0;
    for (int i = 0; i < 3; i++) free((void *)cells->buffers[i]), cells->buffers[i] = NULL;
    size_t size = is_bits ? (rows + 7) / 8 : (rows + (is_text ? 1 : 0)) * width;
    uint8_t *values = (uint8_t *)tessera_test_memory(NULL, size);
    memset(values, 0, size);
    for (size_t row = 0; row < rows; row++) {
        if (is_bits) values[row / 8] |= (uint8_t)((cells->values[row * 8] & cells->valid[row]) << (row % 8));
        else memcpy(values + (row + (is_text ? 1 : 0)) * width, cells->values + row * 8, width);
    }
    cells->buffers[1] = values;
    if (nulls > 0) {
        uint8_t *valid = (uint8_t *)tessera_test_memory(NULL, (rows + 7) / 8);
        memset(valid, 0, (rows + 7) / 8);
        for (size_t row = 0; row < rows; row++) valid[row / 8] |= (uint8_t)(cells->valid[row] << (row % 8));
        cells->buffers[0] = valid;
    }
    if (is_text) {
        tessera_str bytes = {cells->bytes, rows > 0 ? tessera_test_text_end(cells, rows - 1) : 0};
        char *copy = (char *)tessera_test_memory(NULL, bytes.length);
        if (bytes.length > 0) memcpy(copy, bytes.data, bytes.length);
        cells->buffers[2] = copy;
    }
    memset(&cells->array, 0, sizeof cells->array);
    cells->array.length = (int64_t)rows;
    cells->array.null_count = (int64_t)nulls;
    cells->array.n_buffers = is_text ? 3 : 2;
    cells->array.buffers = cells->buffers;
}

/* The rows in Arrow's layout, lent until the batch is changed or freed. */
static inline const struct ArrowArray *tessera_test_array(tessera_test_batch *batch) {
    size_t size = (batch->columns + 1) * sizeof(void *);
    batch->arrays = (struct ArrowArray **)tessera_test_memory(batch->arrays, size);
    for (size_t c = 0; c < batch->columns; c++) {
        tessera_test_fill(batch->cells[c], batch->rows);
        batch->arrays[c] = &batch->cells[c]->array;
    }
    memset(&batch->array, 0, sizeof batch->array);
    batch->array.length = (int64_t)batch->rows;
    batch->array.n_buffers = 1;
    batch->array.n_children = (int64_t)batch->columns;
    batch->array.buffers = batch->buffers;
    batch->array.children = batch->arrays;
    return &batch->array;
}

#ifdef __cplusplus
}
#endif

#endif /* TESSERA_TEST_BATCH_H */
