//! Panics say nothing: with `panic = "abort"` and no hook, a panic in a browser is a trap, and nobody reads its message.
//!
//! So what only a panic runs or reads is left out: the functions that panic become `unreachable`, their formatting is reached by
//! nobody, and the names of source files become zeros. The compiler would do the same with `panic=immediate-abort`, for which
//! it has to compile the standard library again, and be a nightly one.

use wasmparser::{FunctionBody, Operator};

/// Parts of the names, mangled either way, of functions of the standard library that only panic.
const PANICS: [&str; 12] = [
    "9panicking",
    "13unwrap_failed",
    "13expect_failed",
    "13assert_failed",
    "16slice_index_fail",
    "16slice_error_fail",
    "12handle_error",
    "17capacity_overflow",
    "18handle_alloc_error",
    "18panic_access_error",
    "8rust_oom",
    "26___rust_alloc_error_handler",
];

/// Whether a function with that name does nothing but panic. [`diverges`] has to agree.
pub fn only_panics(name: &str) -> bool {
    // Whether the thread panics is asked by what does not.
    let is_of_std = !name.contains("parley_sync") && !name.contains("11panic_count");
    is_of_std && PANICS.iter().any(|part| name.contains(part))
}

/// Whether a function never returns: its code ends with a trap.
pub fn diverges(body: &FunctionBody<'_>) -> wasmparser::Result<bool> {
    let mut before_last = None;
    let mut last = None;
    for operator in body.get_operators_reader()? {
        before_last = last.replace(matches!(operator?, Operator::Unreachable));
    }
    Ok(before_last == Some(true))
}

/// Whether these bytes are the name of a source file, which the place of a panic refers to.
pub fn is_source_file(bytes: &[u8]) -> bool {
    let end = bytes
        .iter()
        .rposition(|byte| *byte != 0)
        .map_or(0, |last| last + 1);
    bytes[..end].ends_with(b".rs") && bytes[..end].iter().all(u8::is_ascii_graphic)
}

/// How many bytes the place of a panic takes: a pointer and a length, a line and a column.
pub const LOCATION: usize = 16;

#[cfg(test)]
mod tests {
    use super::{is_source_file, only_panics};

    #[test]
    fn panics_are_known_by_name() {
        for name in [
            "_RNvNtCsgXGp5Oqx2Ny_4core9panicking18panic_bounds_check",
            "_ZN4core9panicking5panic17h0123456789abcdefE",
            "_RNvNtCs5cOc02OMXlo_5alloc7raw_vec12handle_error",
        ] {
            assert!(only_panics(name), "{name}");
        }
        for name in [
            "_RNvNtNtCsebHcaeoSrxy_3std9panicking11panic_count17is_zero_slow_path",
            "_ZN11parley_sync4core5calls12handle_error17h0123456789abcdefE",
            "_ZN8dlmalloc8dlmalloc5malloc17h0123456789abcdefE",
        ] {
            assert!(!only_panics(name), "{name}");
        }
    }

    #[test]
    fn source_files_are_known_by_their_names() {
        assert!(is_source_file(b"src/core/lists.rs"));
        assert!(is_source_file(b"src/core/lists.rs\0"));
        assert!(!is_source_file(b"the peer is gone"));
        assert!(!is_source_file(b"see lists.rs"));
        assert!(!is_source_file(b""));
    }
}
