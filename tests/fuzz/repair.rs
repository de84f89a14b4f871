#![no_main]
//! See `promises::repair`.

mod panics;
mod promises;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    panics::be_caught();
    promises::repair(bytes);
});
