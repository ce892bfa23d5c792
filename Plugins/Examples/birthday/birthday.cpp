// A tile in C++17: members whose birthday it is on the day of the run (UTC), or so many days later, leave by `birthday`, all
// others by `other`. Written from the installed headers alone. No exception may cross into the host, so each function that can
// throw catches; a birthday on 29 February is on 1 March in other years.
#include <tessera/tessera.h>
#include <tessera/tessera_columns.h>
#include <tessera/tessera_config.h>

#include <memory>
#include <string>
#include <vector>

namespace {

constexpr int64_t dayUs = INT64_C(86400000000);

const tessera_tile_type birthday = {
    sizeof(tessera_tile_type), TESSERA_ROLE_STEP, TESSERA_TILE_CONCURRENT, 0, 0, 0, 0,
    "com.example.birthday", "Birthday?",
    R"({"type": "object", "additionalProperties": false, "required": ["column"],
        "properties": {
          "column": {"type": "string", "x-tessera": "column", "description": "A column of dates."},
          "days_ahead": {"type": "integer", "minimum": 0, "maximum": 60, "default": 0}},
        "examples": [{"column": "born", "days_ahead": 3}]})"};
const tessera_tile_type *const types[] = {&birthday};
const tessera_str branchNames[] = {{"birthday", 8}, {"other", 5}};

struct Instance {
    std::string column;
    int64_t daysAhead = 0;
    tessera_str columns[1] = {};
};

struct MonthDay {
    int64_t month, day;
    bool operator==(const MonthDay &other) const { return month == other.month && day == other.day; }
};

// https://howardhinnant.github.io/date_algorithms.html#civil_from_days
MonthDay civil(int64_t day, bool &isLeap) {
    const int64_t z = day + 719468, era = (z >= 0 ? z : z - 146096) / 146097, ofEra = z - era * 146097;
    const int64_t year = (ofEra - ofEra / 1460 + ofEra / 36524 - ofEra / 146096) / 365;
    const int64_t ofYear = ofEra - (365 * year + year / 4 - year / 100), m = (5 * ofYear + 2) / 153;
    const MonthDay date{m < 10 ? m + 3 : m - 9, ofYear - (153 * m + 2) / 5 + 1};
    const int64_t calendar = year + era * 400 + (date.month <= 2 ? 1 : 0);
    isLeap = calendar % 4 == 0 && (calendar % 100 != 0 || calendar % 400 == 0);
    return date;
}

int32_t openTile(const tessera_tile_type *, tessera_str config, const ArrowSchema *schema, const tessera_open_call *call,
                 void **out) try {
    auto self = std::make_unique<Instance>();
    char column[256];
    tessera_config c = tessera_config_begin(config, call);
    tessera_config_text(&c, "column", column, sizeof column);
    if (tessera_config_has(&c, "days_ahead")) self->daysAhead = tessera_config_integer(&c, "days_ahead", 0, 60);
    self->column = column;
    self->columns[0] = {self->column.data(), self->column.size()};
    const int known = schema ? tessera_column(schema, column) : -1;
    if (known >= 0 && strcmp(tessera_format(schema, known), "tdD") != 0)
        tessera_config_problem(&c, "column", "column must name dates: choose another one");
    if (tessera_config_end(&c)) return 1;
    *out = self.release();
    return 0;
} catch (...) {
    return 1;
}

void closeTile(const tessera_tile_type *, void *self) { delete static_cast<Instance *>(self); }

size_t branches(const tessera_tile_type *, void *, const tessera_str **names) {
    *names = branchNames;
    return 2;
}

size_t columns(const tessera_tile_type *, void *self, const tessera_str **names) {
    *names = static_cast<Instance *>(self)->columns;
    return 1;
}

int32_t run(const tessera_tile_type *, void *self, const ArrowSchema *schema, const ArrowArray *batch,
            const tessera_call *call) try {
    if (schema->n_children != 1 || strcmp(tessera_format(schema, 0), "tdD") != 0) return 1;
    // The run's time and not the call's: every batch of a run means the same day.
    const int64_t today = call->run_at_us / dayUs - (call->run_at_us % dayUs < 0 ? 1 : 0);
    bool isLeap = false, ignored = false;
    const MonthDay wanted = civil(today + static_cast<Instance *>(self)->daysAhead, isLeap);
    std::vector<tessera_outcome> outcomes;
    outcomes.reserve(static_cast<size_t>(batch->length));
    for (int64_t row = 0; row < batch->length; row++) {
        MonthDay born = civil(tessera_date(batch, 0, row), ignored);
        if (born == MonthDay{2, 29} && !isLeap) born = {3, 1};
        const bool is = !tessera_is_null(batch, 0, row) && born == wanted;
        outcomes.push_back({static_cast<uint32_t>(row), TESSERA_ADVANCE, 0, static_cast<uint16_t>(is ? 0 : 1), 0, nullptr});
    }
    call->report(call, outcomes.data(), outcomes.size());
    return 0;
} catch (...) {
    return 1;  // the rows are unknown and will come again
}

const tessera_tile_interface tiles = {
    sizeof(tessera_tile_interface), 1, types, openTile, closeTile, branches, columns, run};

int32_t start(const tessera_host *host) { return !TESSERA_HAS(host, service); }
void retire() {}
const void *find(const char *id) { return strcmp(id, TESSERA_INTERFACE_TILE) == 0 ? &tiles : nullptr; }

const tessera_plugin plugin = {
    sizeof(tessera_plugin), TESSERA_ABI_MINOR, "com.example.birthday", "1.0.0", "", start, retire, find};

}  // namespace

const tessera_plugin *tessera_plugin_v1(void) { return &plugin; }
