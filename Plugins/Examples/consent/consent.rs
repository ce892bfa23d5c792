//! A tile in Rust, without crates: members whose column is true leave by `yes`, those with false by `no`, those without a
//! value by `unknown`. The declarations below are written by hand from tessera.h 1.0, those that this tile needs. A panic
//! must not cross into the host: each function that could panic runs within `catch_unwind`.

use std::collections::BTreeMap;
use std::ffi::{c_void, CStr};
use std::os::raw::c_char;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::ptr::{null, null_mut};

// ---- tessera.h

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Str {
    data: *const c_char,
    length: usize,
}

#[repr(C)]
pub struct ArrowSchema {
    format: *const c_char,
    name: *const c_char,
    metadata: *const c_char,
    flags: i64,
    n_children: i64,
    children: *mut *mut ArrowSchema,
    dictionary: *mut ArrowSchema,
    release: Option<unsafe extern "C" fn(*mut ArrowSchema)>,
    private_data: *mut c_void,
}

#[repr(C)]
pub struct ArrowArray {
    length: i64,
    null_count: i64,
    offset: i64,
    n_buffers: i64,
    n_children: i64,
    buffers: *mut *const c_void,
    children: *mut *mut ArrowArray,
    dictionary: *mut ArrowArray,
    release: Option<unsafe extern "C" fn(*mut ArrowArray)>,
    private_data: *mut c_void,
}

#[repr(C)]
pub struct Host {
    size: u32,
    abi_minor: u32,
    version: *const c_char,
    log: unsafe extern "C" fn(*const Host, u32, Str),
    now_us: unsafe extern "C" fn(*const Host) -> i64,
    service: unsafe extern "C" fn(*const Host, *const c_char) -> *const c_void,
}

#[repr(C)]
pub struct Plugin {
    size: u32,
    abi_minor: u32,
    id: *const c_char,
    version: *const c_char,
    toolchain: *const c_char,
    start: unsafe extern "C" fn(*const Host) -> i32,
    retire: unsafe extern "C" fn(),
    interface: unsafe extern "C" fn(*const c_char) -> *const c_void,
}

#[repr(C)]
pub struct OpenCall {
    size: u32,
    flags: u32,
    context: *mut c_void,
    workspace_id: Str,
    owner_id: Str,
    problem: unsafe extern "C" fn(*const OpenCall, Str, Str),
}

#[repr(C)]
pub struct Outcome {
    row: u32,
    kind: u8,
    flags: u8,
    branch: u16,
    time_us: i64,
    error: *const c_void,
}

#[repr(C)]
pub struct Call {
    size: u32,
    flags: u32,
    context: *mut c_void,
    now_us: i64,
    run_at_us: i64,
    deadline_us: i64,
    ids: [Str; 4],
    report: unsafe extern "C" fn(*const Call, *const Outcome, usize),
    done: unsafe extern "C" fn(*const Call),
    record: unsafe extern "C" fn(*const Call, u32, Str),
    cancelled: unsafe extern "C" fn(*const Call) -> i32,
}

#[repr(C)]
pub struct TileType {
    size: u32,
    role: u32,
    flags: u32,
    max_batch: u32,
    max_in_flight: u32,
    reserved: u32,
    timeout_us: i64,
    id: *const c_char,
    title: *const c_char,
    config_schema: *const c_char,
}

type Names = unsafe extern "C" fn(*const TileType, *mut c_void, *mut *const Str) -> usize;

#[repr(C)]
pub struct TileInterface {
    size: u32,
    type_count: u32,
    types: *const *const TileType,
    open: unsafe extern "C" fn(*const TileType, Str, *const ArrowSchema, *const OpenCall, *mut *mut c_void) -> i32,
    close: unsafe extern "C" fn(*const TileType, *mut c_void),
    branches: Names,
    columns: Names,
    run: unsafe extern "C" fn(*const TileType, *mut c_void, *const ArrowSchema, *const ArrowArray, *const Call) -> i32,
}

const ROLE_STEP: u32 = 2;
const TILE_CONCURRENT: u32 = 4;
const ADVANCE: u8 = 1;

/// Static tables hold pointers, which Rust shares only on our word: they are never written.
struct Static<T>(T);
unsafe impl<T> Sync for Static<T> {}

const fn text(bytes: &'static [u8]) -> Str {
    Str { data: bytes.as_ptr() as *const c_char, length: bytes.len() }
}

macro_rules! c {
    ($text:expr) => {
        concat!($text, "\0").as_ptr() as *const c_char
    };
}

// ---- The config: {"column": NAME}

/// Reads an object of texts; what is wrong with it otherwise. Values that are no texts are kept as None.
fn parse(json: &str) -> Result<BTreeMap<String, Option<String>>, &'static str> {
    let syntax = "the config is not valid JSON of texts: give {\"column\": NAME}";
    let mut rest = json.trim();
    if !rest.starts_with('{') || !rest.ends_with('}') {
        return Err("the config must be an object of texts: give {\"column\": NAME}");
    }
    rest = rest[1..rest.len() - 1].trim();
    let mut fields = BTreeMap::new();
    while !rest.is_empty() {
        let (name, behind) = string(rest).ok_or(syntax)?;
        let value = behind.trim_start().strip_prefix(':').ok_or(syntax)?.trim_start();
        let end = match string(value) {
            Some((text, behind)) => {
                fields.insert(name, Some(text));
                behind
            }
            None => {
                // A number, a word, or something nested: refused by its field, so how deep it goes does not matter.
                fields.insert(name, None);
                let scalar = value.find(',').unwrap_or(value.len());
                if value.starts_with('[') || value.starts_with('{') { "" } else { &value[scalar..] }
            }
        };
        rest = end.trim();
        if let Some(next) = rest.strip_prefix(',') {
            rest = next.trim();
            if rest.is_empty() {
                return Err(syntax);
            }
        } else if !rest.is_empty() {
            return Err(syntax);
        }
    }
    Ok(fields)
}

/// The JSON string at the start of a text, its escapes undone, and what is behind it.
fn string(json: &str) -> Option<(String, &str)> {
    let mut characters = json.char_indices();
    if characters.next()?.1 != '"' {
        return None;
    }
    let mut result = String::new();
    loop {
        match characters.next()? {
            (place, '"') => return Some((result, &json[place + 1..])),
            (_, '\\') => match characters.next()?.1 {
                'n' => result.push('\n'),
                't' => result.push('\t'),
                'r' => result.push('\r'),
                'b' => result.push('\u{8}'),
                'f' => result.push('\u{c}'),
                'u' => {
                    let mut unit = || -> Option<u16> {
                        (0..4).try_fold(0, |code: u16, _| Some(code << 4 | characters.next()?.1.to_digit(16)? as u16))
                    };
                    let first = unit()?;
                    let mut units = vec![first];
                    if (0xD800..0xDC00).contains(&first) {
                        if (characters.next()?.1, characters.next()?.1) != ('\\', 'u') {
                            return None;
                        }
                        let mut unit = || -> Option<u16> {
                            (0..4).try_fold(0, |code: u16, _| Some(code << 4 | characters.next()?.1.to_digit(16)? as u16))
                        };
                        units.push(unit()?);
                    }
                    result.push_str(&String::from_utf16(&units).ok()?);
                }
                other @ '"' | other @ '\\' | other @ '/' => result.push(other),
                _ => return None,
            },
            (_, control) if control < ' ' => return None,
            (_, other) => result.push(other),
        }
    }
}

// ---- The tile

struct Instance {
    column: String,
    columns: [Str; 1],
}

/// Runs a function; what it gives when it panics is `otherwise`.
fn guarded<T>(otherwise: T, body: impl FnOnce() -> T) -> T {
    catch_unwind(AssertUnwindSafe(body)).unwrap_or(otherwise)
}

unsafe fn bytes<'a>(text: Str) -> &'a [u8] {
    if text.length == 0 { &[] } else { std::slice::from_raw_parts(text.data as *const u8, text.length) }
}

unsafe extern "C" fn open(
    _: *const TileType, config: Str, schema: *const ArrowSchema, call: *const OpenCall, instance: *mut *mut c_void,
) -> i32 {
    guarded(1, || {
        let problem = |pointer: &str, message: &str| {
            let text = |s: &str| Str { data: s.as_ptr() as *const c_char, length: s.len() };
            ((*call).problem)(call, text(pointer), text(message));
            1
        };
        let fields = match std::str::from_utf8(bytes(config)).map_err(|_| "the config is not UTF-8").and_then(parse) {
            Ok(fields) => fields,
            Err(message) => return problem("", message),
        };
        let mut faults = 0;
        for name in fields.keys().filter(|name| *name != "column") {
            let pointer = format!("/{}", name.replace('~', "~0").replace('/', "~1"));
            faults += problem(&pointer, &format!("unknown field '{}': remove it, known is column", name));
        }
        let column = match fields.get("column") {
            Some(Some(name)) if !name.is_empty() => name.clone(),
            _ => return problem("/column", "column is required: give the name of a column of booleans"),
        };
        if let Some(format) = format_of(schema, &column) {
            if format != b"b" {
                faults += problem("/column", "column must name booleans: choose another one");
            }
        }
        if faults > 0 {
            return 1;
        }
        let mut made = Box::new(Instance { column, columns: [text(b"")] });
        made.columns[0] = Str { data: made.column.as_ptr() as *const c_char, length: made.column.len() };
        *instance = Box::into_raw(made) as *mut c_void;
        0
    })
}

/// The format of a column of the model; None when it, or the model, is unknown.
unsafe fn format_of<'a>(schema: *const ArrowSchema, name: &str) -> Option<&'a [u8]> {
    let schema = schema.as_ref()?;
    (0..schema.n_children as usize)
        .map(|index| &**schema.children.add(index))
        .find(|child| CStr::from_ptr(child.name).to_bytes() == name.as_bytes())
        .map(|child| CStr::from_ptr(child.format).to_bytes())
}

unsafe extern "C" fn close(_: *const TileType, instance: *mut c_void) {
    guarded((), || drop(Box::from_raw(instance as *mut Instance)))
}

unsafe extern "C" fn branches(_: *const TileType, _: *mut c_void, names: *mut *const Str) -> usize {
    static BRANCHES: Static<[Str; 3]> = Static([text(b"yes"), text(b"no"), text(b"unknown")]);
    *names = BRANCHES.0.as_ptr();
    3
}

unsafe extern "C" fn columns(_: *const TileType, instance: *mut c_void, names: *mut *const Str) -> usize {
    *names = (*(instance as *const Instance)).columns.as_ptr();
    1
}

unsafe extern "C" fn run(
    _: *const TileType, _: *mut c_void, schema: *const ArrowSchema, batch: *const ArrowArray, call: *const Call,
) -> i32 {
    guarded(1, || {
        let (schema, batch) = (&*schema, &*batch);
        if schema.n_children != 1 || CStr::from_ptr((**schema.children).format).to_bytes() != b"b" {
            return 1;
        }
        let cells = &**batch.children;
        let bit = |buffer: *const c_void, row: i64| {
            let place = (row + cells.offset + batch.offset) as usize;
            *(buffer as *const u8).add(place / 8) >> (place % 8) & 1 == 1
        };
        let (valid, values) = (*cells.buffers, *cells.buffers.add(1));
        let outcomes: Vec<Outcome> = (0..batch.length)
            .map(|row| {
                let known = valid.is_null() || bit(valid, row);
                let branch = if !known { 2 } else if bit(values, row) { 0 } else { 1 };
                Outcome { row: row as u32, kind: ADVANCE, flags: 0, branch, time_us: 0, error: null() }
            })
            .collect();
        ((*call).report)(call, outcomes.as_ptr(), outcomes.len());
        0
    })
}

// ---- The tables, and the one symbol that the library exports

static TYPE: Static<TileType> = Static(TileType {
    size: std::mem::size_of::<TileType>() as u32,
    role: ROLE_STEP,
    flags: TILE_CONCURRENT,
    max_batch: 0,
    max_in_flight: 0,
    reserved: 0,
    timeout_us: 0,
    id: c!("com.example.consent"),
    title: c!("Consent?"),
    config_schema: c!(r#"{"type": "object", "additionalProperties": false, "required": ["column"],
        "properties": {"column": {"type": "string", "x-tessera": "column", "description": "A column of booleans."}},
        "examples": [{"column": "opted_in"}]}"#),
});
static TYPES: Static<[*const TileType; 1]> = Static([&TYPE.0]);
static TILES: Static<TileInterface> = Static(TileInterface {
    size: std::mem::size_of::<TileInterface>() as u32,
    type_count: 1,
    types: TYPES.0.as_ptr(),
    open,
    close,
    branches,
    columns,
    run,
});

unsafe extern "C" fn start(host: *const Host) -> i32 {
    // A panic would print to standard error, which nobody reads: say it in the log, from any thread.
    struct Log(*const Host);
    unsafe impl Send for Log {}
    unsafe impl Sync for Log {}
    impl Log {
        fn error(&self, line: &str) {
            let text = Str { data: line.as_ptr() as *const c_char, length: line.len() };
            unsafe { ((*self.0).log)(self.0, 3, text) }
        }
    }
    if ((*host).size as usize) < std::mem::size_of::<Host>() {
        return 1;
    }
    let log = Log(host);
    guarded(1, move || {
        std::panic::set_hook(Box::new(move |panic| log.error(&panic.to_string())));
        0
    })
}

unsafe extern "C" fn retire() {
    guarded((), || drop(std::panic::take_hook()))
}

unsafe extern "C" fn interface(id: *const c_char) -> *const c_void {
    if CStr::from_ptr(id).to_bytes() == b"tessera.tile/1" {
        &TILES.0 as *const TileInterface as *const c_void
    } else {
        null_mut::<c_void>()
    }
}

static PLUGIN: Static<Plugin> = Static(Plugin {
    size: std::mem::size_of::<Plugin>() as u32,
    abi_minor: 0,
    id: c!("com.example.consent"),
    version: c!("1.0.0"),
    toolchain: c!(""),
    start,
    retire,
    interface,
});

#[no_mangle]
pub extern "C" fn tessera_plugin_v1() -> *const Plugin {
    &PLUGIN.0
}
