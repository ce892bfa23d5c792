// The ABI's frozen array elements, checked by every build. The frozen headers of released versions live in Tests/ABI.
#include "tessera/tessera.h"
#include "tessera/tessera_columns.h"

_Static_assert(sizeof(tessera_str) == 2 * sizeof(void *), "tessera_str is frozen");
_Static_assert(sizeof(tessera_outcome) == 24, "tessera_outcome is frozen");
_Static_assert(offsetof(tessera_outcome, time_us) == 8, "tessera_outcome is frozen");
_Static_assert(offsetof(tessera_outcome, error) == 16, "tessera_outcome is frozen");
_Static_assert(sizeof(tessera_header) == 2 * sizeof(tessera_str), "tessera_header is frozen");
_Static_assert(sizeof(tessera_secret) == 2 * sizeof(tessera_str), "tessera_secret is frozen");
